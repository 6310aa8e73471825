// SPDX-License-Identifier: Apache-2.0
#include "git_history/text.h"

#include <cstddef>
#include <cstdint>

namespace git_history {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

// Length of the UTF-8 character at the front of `text`; 0 when it is none. The table is RFC 3629 section 4.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const auto within = [&](std::size_t i, unsigned low, unsigned high) { return byte(i) >= low && byte(i) <= high; };
  const auto tail = [&](std::size_t i) { return within(i, 0x80, 0xBF); };
  if (within(0, 0x00, 0x7F)) return 1;
  if (within(0, 0xC2, 0xDF)) return tail(1) ? 2 : 0;
  if (byte(0) == 0xE0) return within(1, 0xA0, 0xBF) && tail(2) ? 3 : 0;
  if (byte(0) == 0xED) return within(1, 0x80, 0x9F) && tail(2) ? 3 : 0;
  if (within(0, 0xE1, 0xEF)) return tail(1) && tail(2) ? 3 : 0;
  if (byte(0) == 0xF0) return within(1, 0x90, 0xBF) && tail(2) && tail(3) ? 4 : 0;
  if (byte(0) == 0xF4) return within(1, 0x80, 0x8F) && tail(2) && tail(3) ? 4 : 0;
  if (within(0, 0xF1, 0xF3)) return tail(1) && tail(2) && tail(3) ? 4 : 0;
  return 0;
}

}  // namespace

std::string escaped(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t length = character(raw);
    const auto first = static_cast<std::uint8_t>(raw.front());
    if (length == 0 || (length == 1 && (first < 0x20 || first == 0x7F || first == '%'))) {
      text += '%';
      text += kHex[first >> 4U];
      text += kHex[first & 0x0FU];
      raw.remove_prefix(1);
    } else {
      text += raw.substr(0, length);
      raw.remove_prefix(length);
    }
  }
  return text;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string{text};
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
  std::string suffix = "~";
  for (unsigned shift = 64; shift > 0; shift -= 4) suffix += kHex[(hash >> (shift - 4)) & 0x0FU];
  std::size_t length = most - suffix.size();
  while (length > 0 && (static_cast<std::uint8_t>(text[length]) & 0xC0U) == 0x80U) --length;
  return std::string{text.substr(0, length)} + suffix;
}

}  // namespace git_history
