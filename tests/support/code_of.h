// SPDX-License-Identifier: Apache-2.0
// Which Error a call throws.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include <leftfold/error.h>

namespace leftfold::test_support {

/// Calls `f` and returns the code of the Error it throws; fails the test when it throws none.
template <class F>
Errc code_of(F f, std::string* text = nullptr) {
  try {
    f();
  } catch (const Error& error) {
    if (text != nullptr) *text = error.what();
    return error.code();
  }
  ADD_FAILURE() << "no Error was thrown";
  return Errc::internal;
}

}  // namespace leftfold::test_support
