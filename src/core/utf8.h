// SPDX-License-Identifier: Apache-2.0
// UTF-8 checks for names that are not JSON.
#pragma once

#include <string_view>

namespace leftfold::inline v0::detail {

// True when `text` is well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above
// U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace leftfold::inline v0::detail
