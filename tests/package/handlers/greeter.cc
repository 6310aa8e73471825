// SPDX-License-Identifier: Apache-2.0
#include "greeter.h"

#include <iostream>

#include <leftfold/error.h>
#include <leftfold/json.h>
#include <leftfold/memory_event_sink.h>

struct Greeter : leftfold::Listener<leftfold::Events<Greeted>> {
  void on(const Greeted& e) const { std::cout << "hello " << e.name << '\n'; }
};

// Shown, unlike all else in a handler library.
extern "C" [[gnu::visibility("default")]] void add_handlers(leftfold::App& app) {
  const leftfold::MemoryTopic only_the_library_uses_this;
  app.listener<Greeter>();
}

extern "C" [[gnu::visibility("default")]] void refuse() {
  throw leftfold::Error{leftfold::Errc::not_found, "from the library"};
}
