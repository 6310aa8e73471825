// SPDX-License-Identifier: Apache-2.0
// A library that says something else of itself than the program: CMakeLists.txt says what.
#include <leftfold/handler_library.h>
#include <leftfold/leftfold.h>

extern "C" leftfold::HandlerLibrary leftfold_handlers() {
  leftfold::HandlerLibrary says = leftfold::handler_library("stamps", [](leftfold::App&) {});
#ifdef STAMPED_VERSION
  says.version = STAMPED_VERSION;
#endif
#ifdef STAMPED_ABI
  says.abi = STAMPED_ABI;
#endif
#ifdef STAMPED_LAYOUT
  says.layout = STAMPED_LAYOUT;
#endif
#ifdef STAMPED_NAME
  says.name = STAMPED_NAME;
#endif
  return says;
}
