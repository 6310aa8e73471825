// SPDX-License-Identifier: Apache-2.0
// A library that fails before it says what it is.
#include <stdexcept>

#include <leftfold/handler_library.h>

extern "C" leftfold::HandlerLibrary leftfold_handlers() { throw std::runtime_error{"no licence is there"}; }
