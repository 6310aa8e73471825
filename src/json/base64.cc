// SPDX-License-Identifier: Apache-2.0
#include "json/base64.h"

#include <array>
#include <cstdint>

namespace leftfold::inline v0::json {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kInvalid = 64;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kInvalid);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

}  // namespace

char* write_base64(char* out, const Bytes& bytes) {
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  const auto put = [&](std::uint32_t group, int digits) {
    for (int i = 0; i < 4; ++i) *out++ = i < digits ? kAlphabet[(group >> (18 - 6 * i)) & 63U] : '=';
  };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) put(byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2), 4);
  if (bytes.size() - i == 1) put(byte(i) << 16, 2);
  if (bytes.size() - i == 2) put(byte(i) << 16 | byte(i + 1) << 8, 3);
  return out;
}

bool read_base64(std::string_view text, Bytes& bytes) {
  bytes.clear();
  if (text.size() % 4 != 0) return false;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  bytes.resize(text.size() * 3 / 4);
  std::byte* out = bytes.data();
  const auto put = [&](std::uint32_t group, int count) {
    for (int i = 0; i < count; ++i) *out++ = static_cast<std::byte>(group >> (16 - 8 * i) & 0xFFU);
  };
  const auto value = [&](std::size_t i) -> std::uint32_t { return kValues[static_cast<unsigned char>(text[i])]; };
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    const std::uint32_t a = value(i), b = value(i + 1), c = value(i + 2), d = value(i + 3);
    if (((a | b | c | d) & kInvalid) != 0) return false;  // a bit that no digit's value has
    put(a << 18 | b << 12 | c << 6 | d, 3);
  }
  if (i == text.size()) return true;
  const std::uint32_t a = value(i), b = value(i + 1), c = padding == 1 ? value(i + 2) : 0;
  if (((a | b | c) & kInvalid) != 0) return false;
  const std::uint32_t group = a << 18 | b << 12 | c << 6;
  const int rest = 3 - static_cast<int>(padding);
  put(group, rest);
  return (group & (0xFFFFFFU >> 8 * rest)) == 0;  // the unused bits of the last digit
}

}  // namespace leftfold::inline v0::json
