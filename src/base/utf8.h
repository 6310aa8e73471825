// SPDX-License-Identifier: Apache-2.0
// UTF-8, one character at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace leftfold::inline v0::base {

/// Bytes of the UTF-8 character at the start of `text`, or 0 when there is none (RFC 3629, section 4: no overlong
/// forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] std::size_t character_size(std::string_view text) noexcept;

}  // namespace leftfold::inline v0::base
