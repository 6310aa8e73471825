// SPDX-License-Identifier: Apache-2.0
// A library that fails as it registers, after it has registered something.
#include <stdexcept>

#include <leftfold/handler_library.h>
#include <leftfold/leftfold.h>

struct DoorOpened {};
struct Alarm : leftfold::Listener<leftfold::Events<DoorOpened>> {
  void on(const DoorOpened&) {}
};

extern "C" leftfold::HandlerLibrary leftfold_handlers() {
  return leftfold::handler_library("throws", [](leftfold::App& app) {
    app.listener<Alarm>();
    throw std::runtime_error{"no siren is connected"};
  });
}
