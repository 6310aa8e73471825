// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include <iostream>

#include <leftfold/leftfold.h>

#include "greeter.h"

struct State {
  void apply(const Greeted&) {}
};
struct Door : leftfold::AggregateRoot<State, leftfold::Events<Greeted>> {
  using AggregateRoot::AggregateRoot;
  void greet(std::string name) { create_event(Greeted{std::move(name)}); }
};

template <class F>
F* find(void* library, const char* name) {
  return reinterpret_cast<F*>(dlsym(library, name));
}

// Loads the library named, has its handler handle an event and catches what it throws.
int main(int, char** argv) {
  void* library = dlopen(argv[1], RTLD_NOW);
  if (library == nullptr) {
    std::cerr << dlerror() << '\n';
    return 1;
  }
  leftfold::App app{"host",
                    leftfold::Settings::Environment{{"LEFTFOLD_LOG_LEVEL", "off"}, {"LEFTFOLD_STORE", "memory:"}}};
  find<void(leftfold::App&)>(library, "add_handlers")(app);
  const auto done = app.repository<Door>().execute("door", [](Door& door) { door.greet("Ada"); });
  {
    const leftfold::Running running = app.start();
    if (!app.runner().wait_until_handled(done.position, {}, leftfold::kNever)) return 2;
  }
  try {
    find<void()>(library, "refuse")();
  } catch (const leftfold::Error& error) {
    std::cout << "caught " << error.what() << '\n';
  }
}
