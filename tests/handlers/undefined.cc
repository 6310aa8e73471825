// SPDX-License-Identifier: Apache-2.0
// A library that needs something no program has.
#include <leftfold/handler_library.h>
#include <leftfold/leftfold.h>

namespace leftfold {
void what_is_not_there(App& app);
}

extern "C" leftfold::HandlerLibrary leftfold_handlers() {
  return leftfold::handler_library("undefined", [](leftfold::App& app) { leftfold::what_is_not_there(app); });
}
