// SPDX-License-Identifier: Apache-2.0
#include "json/json_path.h"

#include <algorithm>
#include <vector>

namespace leftfold::inline v0::json {
namespace {

/// An open array or object and the place in it.
struct Open {
  bool object;
  bool in_value = false;  ///< of an object: behind the colon
  std::size_t index = 0;
  std::string_view key;  ///< without the quotes, as written
};

bool is_identifier(std::string_view key) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !key.empty() && letter(key.front()) &&
         std::all_of(key.begin(), key.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// The byte behind the string that starts at `at`, or the end of the text.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') ++at;
    else if (text[at] == '"') return at + 1;
  }
  return text.size();
}

}  // namespace

std::string path_at(std::string_view text, std::size_t offset) {
  std::vector<Open> open;
  for (std::size_t at = 0; at < std::min(offset, text.size());) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t end = skip_string(text, at);
      if (!open.empty() && open.back().object && !open.back().in_value && end > at + 1) {
        open.back().key = text.substr(at + 1, end - at - 2);
      }
      if (end > offset) break;  // the byte asked for lies in this string
      at = end;
      continue;
    }
    if (c == '{' || c == '[') open.push_back(Open{c == '{', false, 0, {}});
    if ((c == '}' || c == ']') && !open.empty()) open.pop_back();
    if (!open.empty()) {
      if (c == ':') open.back().in_value = true;
      if (c == ',') {
        ++open.back().index;
        open.back().in_value = false;
        open.back().key = {};
      }
    }
    ++at;
  }
  std::string path = "$";
  for (const Open& level : open) {
    if (!level.object) path.append("[").append(std::to_string(level.index)).append("]");
    else if (is_identifier(level.key)) path.append(".").append(level.key);
    else if (!level.key.empty()) path.append("[\"").append(level.key).append("\"]");
  }
  return path;
}

}  // namespace leftfold::inline v0::json
