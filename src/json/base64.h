// SPDX-License-Identifier: Apache-2.0
// Base64 with padding (RFC 4648 section 4).
#pragma once

#include <cstddef>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold::inline v0::json {

/// The size of the text of `size` bytes.
[[nodiscard]] constexpr std::size_t base64_size(std::size_t size) { return (size + 2) / 3 * 4; }

/// Writes the text of `bytes` to `out`, which has room for base64_size, and returns its end.
char* write_base64(char* out, const Bytes& bytes);

/// Reads `text` into `bytes`. False, with `bytes` unspecified, for anything but the one text that write_base64 makes.
[[nodiscard]] bool read_base64(std::string_view text, Bytes& bytes);

}  // namespace leftfold::inline v0::json
