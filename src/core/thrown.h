// SPDX-License-Identifier: Apache-2.0
// What was thrown, for letters and logs.
#pragma once

#include <exception>
#include <string>

namespace leftfold::inline v0::detail {

struct Thrown {
  std::string type;     // C++ type; "unknown" when the platform does not tell
  std::string message;  // its what(); empty for what is no std::exception
};

// Describes an exception. `thrown` must not be empty.
[[nodiscard]] Thrown facts_of(const std::exception_ptr& thrown);

}  // namespace leftfold::inline v0::detail
