// SPDX-License-Identifier: Apache-2.0
// What the reader says about a text that it cannot read. Nothing here is on the path of good texts.
#include <cstddef>
#include <string>

#include "json/json_path.h"
#include "json/reader.h"

namespace leftfold::inline v0::json {
namespace {

/// The first byte of `text` that is not UTF-8 (RFC 3629). Only asked for text that has one.
std::size_t first_bad_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t size = 1;
    while (size < 4 && at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0U) == 0x80U)
      ++size;
    if (!simdjson::validate_utf8(text.data() + at, size)) break;
    at += size;
  }
  return at;
}

/// The first control character inside a string. Only asked for text that has one.
std::size_t first_control_character(std::string_view text) {
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') in_string = !in_string;
    if (!in_string) continue;
    if (text[at] == '\\') ++at;
    else if (static_cast<unsigned char>(text[at]) < 0x20) return at;
  }
  return text.size();
}

/// simdjson's tokens reach to the next one.
std::string_view without_space(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  return token;
}

/// A JSON number, by the grammar of RFC 8259.
bool is_number(std::string_view token) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
    return at - begin;
  };
  if (token.starts_with('-')) ++at;
  const bool zero = at < token.size() && token[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == token.size();
}

}  // namespace

/// Some bytes of the text for a message.
std::string excerpt(std::string_view token) {
  constexpr std::size_t kMost = 40;
  token = without_space(token);
  if (token.size() <= kMost) return std::string{token};
  std::size_t size = kMost;
  while (size > 0 && (static_cast<unsigned char>(token[size]) & 0xC0U) == 0x80U) --size;  // not inside a character
  return std::string{token.substr(0, size)} + "...";
}

void Reader::malformed(error_code error, const char* at) {
  const char* const begin = workspace_.copy.get() + 1;
  switch (error) {
    case simdjson::UTF8_ERROR: fail(begin + first_bad_utf8(text_), "malformed JSON: the text is not UTF-8");
    case simdjson::UNESCAPED_CHARS:
      fail(begin + first_control_character(text_), "malformed JSON: a control character in a string must be escaped");
    case simdjson::UNCLOSED_STRING: fail(begin + text_.size(), "malformed JSON: the text ends within a string");
    case simdjson::STRING_ERROR: fail(at, "malformed JSON: a string holds an escape that is not valid");
    case simdjson::CAPACITY: fail(begin, "the text is too long");
    default: break;
  }
  if (at == nullptr && document_.current_location().get(at) != simdjson::SUCCESS) at = begin + text_.size();
  if (at >= begin + text_.size()) fail(at, "malformed JSON: the text ends too early");
  const auto rest = text_.substr(at < begin ? 0 : static_cast<std::size_t>(at - begin));
  fail(at, "malformed JSON near '" + excerpt(rest.substr(0, 20)) + "'");
}

void Reader::wrong_type(Value& in, std::string_view expected, error_code error) {
  const std::string_view token = in.raw_json_token();
  const char* const at = token.data();
  std::string found = excerpt(token);
  switch (token.empty() ? '\0' : token.front()) {
    case '{': found = "an object"; break;
    case '[': found = "an array"; break;
    case '"':
      if (error == simdjson::STRING_ERROR) malformed(error, at);
      found = "the string " + found;
      break;
    case 't':
    case 'f':
    case 'n':
      if (found != "true" && found != "false" && found != "null") malformed(simdjson::TAPE_ERROR, at);
      break;
    default:
      if (!is_number(without_space(token))) malformed(simdjson::TAPE_ERROR, at);
      found = "the number " + found;
  }
  fail(place(in), "expected " + std::string{expected} + ", found " + found);
}

void Reader::fail(const char* at, std::string_view problem) const {
  const char* const begin = workspace_.copy.get() + 1;
  const std::size_t offset = at == nullptr ? text_.size() : at < begin ? 0 : static_cast<std::size_t>(at - begin);
  throw JsonError{path_at(text_, offset), problem};
}

}  // namespace leftfold::inline v0::json
