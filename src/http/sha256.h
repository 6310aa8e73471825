// SPDX-License-Identifier: Apache-2.0
// SHA-256 and HMAC-SHA-256 at the cost of the hash alone.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace leftfold::inline v0::http {

using Digest = std::array<unsigned char, 32>;

/// Throws Error(internal) when the crypto library fails.
[[nodiscard]] Digest sha256(std::string_view bytes);
/// RFC 2104. For keys of up to 64 bytes; longer ones are hashed first, as it says.
[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view bytes);

[[nodiscard]] inline std::string_view bytes_of(const Digest& digest) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
void append_hex(std::string& out, const Digest& digest);

}  // namespace leftfold::inline v0::http
