// SPDX-License-Identifier: Apache-2.0
// Letters of header names and schemes, whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace leftfold::inline v0::http {

[[nodiscard]] constexpr char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace leftfold::inline v0::http
