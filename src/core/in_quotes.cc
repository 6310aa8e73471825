// SPDX-License-Identifier: Apache-2.0
#include "core/in_quotes.h"

#include "core/utf8.h"

namespace leftfold::inline v0::detail {

std::string in_quotes(std::string_view name) {
  constexpr std::size_t kMostBytes = 80;
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const bool keep_high = is_utf8(name);
  std::string_view shown = name.substr(0, kMostBytes);
  // Not in the middle of a character.
  while (keep_high && shown.size() < name.size() && (static_cast<unsigned char>(name[shown.size()]) & 0xC0U) == 0x80U) {
    shown.remove_suffix(1);
  }
  std::string out{"\""};
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !keep_high)) {
      out.append({'\\', 'x', kHex[byte >> 4U], kHex[byte & 0xFU]});
    } else {
      out.push_back(c);
    }
  }
  return out.append(shown.size() < name.size() ? "...\"" : "\"");
}

}  // namespace leftfold::inline v0::detail
