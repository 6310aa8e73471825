// SPDX-License-Identifier: Apache-2.0
// The Error that a call throws, in texts to compare.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include <leftfold/error.h>

namespace leftfold::test_support {

/// The code and text of what `call` throws; "nothing" when it does not.
inline std::pair<std::string, std::string> failure(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return {std::string{to_string(error.code())}, error.what()};
  }
  return {"nothing", ""};
}

}  // namespace leftfold::test_support
