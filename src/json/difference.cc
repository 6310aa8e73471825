// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json/difference.h>

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

#include <leftfold/json.h>
#include <leftfold/json/json_error.h>

namespace leftfold::inline v0::json {
namespace {

using Part = std::pair<std::string, std::string_view>;  // name or place, and the value's text

/// What follows it may take for granted that the text is JSON.
void check(std::string_view text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded{text};
  auto error = parser.allocate(padded.size() + 1, kMaxDepth);
  if (error == simdjson::SUCCESS) error = parser.parse(padded).error();
  if (error != simdjson::SUCCESS)
    throw JsonError{"$", std::string{"malformed JSON: "} + simdjson::error_message(error)};
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// The end of the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

/// The next ',' or ':' of this level, or the bracket that closes it.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  for (int depth = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at) - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      --depth;
    } else if (depth == 0 && (c == ',' || c == ':')) {
      return at;
    }
  }
  return at;
}

/// The members of an object or the elements of an array.
std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  const bool object = text.front() == '{';
  if (trimmed(text.substr(1, text.size() - 2)).empty()) return parts;
  for (std::size_t at = 1; at < text.size();) {
    std::string name = std::to_string(parts.size());
    if (object) {
      const std::size_t colon = end_of_value(text, at);
      const std::string_view quoted = trimmed(text.substr(at, colon - at));
      name = quoted.find('\\') == quoted.npos ? std::string{quoted.substr(1, quoted.size() - 2)}
                                              : from_json<std::string>(quoted);
      at = colon + 1;
    }
    const std::size_t end = end_of_value(text, at);
    parts.emplace_back(std::move(name), trimmed(text.substr(at, end - at)));
    at = end + 1;
  }
  return parts;
}

/// RFC 6901 section 3.
std::string below(const std::string& path, std::string_view name) {
  std::string longer = path + '/';
  for (const char c : name) {
    if (c == '~') longer += "~0";
    else if (c == '/') longer += "~1";
    else longer += c;
  }
  return longer;
}

void compare(const std::string& path, std::string_view before, std::string_view after, std::vector<Difference>& into) {
  using enum Difference::Kind;
  if (before == after) return;
  const bool inside = before.front() == after.front() && (before.front() == '{' || before.front() == '[');
  if (!inside) {
    into.push_back({changed, path, std::string{before}, std::string{after}});
    return;
  }
  const std::vector<Part> old_parts = parts_of(before), new_parts = parts_of(after);
  std::unordered_map<std::string_view, std::string_view> fresh;
  for (const Part& part : new_parts) fresh.emplace(part.first, part.second);
  for (const Part& part : old_parts) {
    const auto now = fresh.find(part.first);
    if (now == fresh.end()) {
      into.push_back({removed, below(path, part.first), std::string{part.second}, {}});
      continue;
    }
    compare(below(path, part.first), part.second, now->second, into);
    fresh.erase(now);
  }
  for (const Part& part : new_parts) {
    if (fresh.contains(part.first)) into.push_back({added, below(path, part.first), {}, std::string{part.second}});
  }
}

}  // namespace

std::vector<Difference> differences(std::string_view before, std::string_view after) {
  check(before);
  check(after);
  std::vector<Difference> all;
  compare({}, trimmed(before), trimmed(after), all);
  return all;
}

}  // namespace leftfold::inline v0::json
