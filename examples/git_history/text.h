// SPDX-License-Identifier: Apache-2.0
// Text from git, which may be any bytes, as text for events, which is UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace git_history {

/// `raw` with every byte that is not part of a valid UTF-8 character, every control character and every '%' as %XX. The
/// result is valid UTF-8 without NUL, two different inputs never give the same result, and ordinary names stay as they
/// are.
[[nodiscard]] std::string escaped(std::string_view raw);

/// `text` (valid UTF-8) if it is no longer than `most` bytes (at least 64), else its front, cut between characters, '~'
/// and a hash of the whole: short enough for a store's limits and still different for different texts.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

}  // namespace git_history
