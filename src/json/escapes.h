// SPDX-License-Identifier: Apache-2.0
// Finding what a JSON string cannot hold as it is, eight bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace leftfold::inline v0::json {

inline constexpr std::uint64_t kEveryByte = 0x0101010101010101ULL;
inline constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;

/// The high bit of each byte of `word` that is zero (and maybe of bytes above such a one).
/// The classic test of S. Anderson's "Bit Twiddling Hacks".
[[nodiscard]] constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
  return (word - kEveryByte) & ~word & kHighBits;
}

/// Not zero when one of the eight bytes must be escaped: a control character, '"' or '\\'.
[[nodiscard]] constexpr std::uint64_t escaped_bytes(std::uint64_t word) noexcept {
  return ((word - kEveryByte * 0x20) & ~word & kHighBits) | zero_bytes(word ^ kEveryByte * '"') |
         zero_bytes(word ^ kEveryByte * '\\');
}

[[nodiscard]] constexpr bool is_escaped(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

/// How many bytes at the beginning of `text` a JSON string holds as they are.
[[nodiscard]] inline std::size_t plain_size(std::string_view text) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const auto is_plain = [&](std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, kWord);
    return escaped_bytes(word) == 0;
  };
  std::size_t size = 0;
  if (text.size() >= kWord) {
    const std::size_t last = text.size() - kWord;  // some of whose bytes are looked at twice
    while (size < last && is_plain(size)) size += kWord;
    if (size >= last && is_plain(last)) return text.size();
  }
  while (size < text.size() && !is_escaped(text[size])) ++size;
  return size;
}

}  // namespace leftfold::inline v0::json
