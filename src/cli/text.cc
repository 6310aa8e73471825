// SPDX-License-Identifier: Apache-2.0
#include "cli/text.h"

#include <algorithm>
#include <cstdint>

#include <leftfold/json.h>

namespace leftfold::inline v0::cli {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::uint32_t kNoCharacter = 0xffffffff;

struct Character {
  std::string_view bytes;
  std::uint32_t code = kNoCharacter;  // kNoCharacter: one byte that begins no UTF-8 character
};

/// The character at the start of a text that is not empty (RFC 3629, section 4).
Character first_character(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {text.substr(0, 1), lead};
  const std::size_t size = lead >= 0xf0 && lead <= 0xf4  ? 4
                           : lead >= 0xe0 && lead < 0xf0 ? 3
                           : lead >= 0xc2 && lead < 0xe0 ? 2
                                                         : 0;
  if (size == 0 || text.size() < size) return {text.substr(0, 1), kNoCharacter};
  std::uint32_t code = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {text.substr(0, 1), kNoCharacter};
    code = code << 6 | (byte(i) & 0x3f);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return {text.substr(0, 1), kNoCharacter};
  return {text.substr(0, size), code};
}

/// C0, DEL and C1, which terminals obey; and the marks that turn text around, which could make a line read as another
/// (Unicode 15, Bidi_Control), with the two separators that some terminals take for a new line.
bool is_hidden(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void append_bytes(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kHex[byte >> 4];
    out += kHex[byte & 0xf];
  }
}

/// `json` without the white space between its parts; it is well-formed.
void append_compact(std::string& out, std::string_view json) {
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    out += c;
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\' && i + 1 < json.size()) out += json[++i];
  }
}

struct AnyObject {};  // no fields: reading it checks that the text is an object, and well-formed

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    text.remove_prefix(character.bytes.size());
    if (character.code == '\n') {
      out += "\\n";
    } else if (character.code == '\t') {
      out += "\\t";
    } else if (character.code == kNoCharacter || is_hidden(character.code)) {
      append_bytes(out, character.bytes);
    } else {
      out += character.bytes;
    }
  }
  return out;
}

std::size_t width(std::string_view printable_text) noexcept {
  return static_cast<std::size_t>(std::count_if(printable_text.begin(), printable_text.end(),
                                                [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string clipped(std::string printable_text, std::size_t columns) {
  if (width(printable_text) <= columns) return printable_text;
  const std::size_t kept = columns - std::min<std::size_t>(columns, 3);
  std::size_t seen = 0;
  std::size_t at = 0;
  for (; at < printable_text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(printable_text[at]) & 0xc0) != 0x80;
    if (begins && seen++ == kept) break;
  }
  printable_text.resize(at);
  return printable_text += std::string(columns - kept, '.');
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const Character character = first_character(text);
    text.remove_prefix(character.bytes.size());
    if (character.code == kNoCharacter) {
      out += "\\ufffd";
    } else if (character.code == '"' || character.code == '\\') {
      (out += '\\') += character.bytes;
    } else if (character.code < 0x20) {
      out += "\\u00";
      out += kHex[character.code >> 4];
      out += kHex[character.code & 0xf];
    } else {
      out += character.bytes;
    }
  }
  out += '"';
}

std::string printable_json(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    text.remove_prefix(character.bytes.size());
    // JSON itself escapes what is below, and no terminal obeys DEL; all the others that are hidden have four digits.
    if (character.code <= 0x7f || character.code == kNoCharacter || !is_hidden(character.code)) {
      out += character.bytes;
      continue;
    }
    out += "\\u";
    for (const int shift : {12, 8, 4, 0}) out += kHex[character.code >> shift & 0xf];
  }
  return out;
}

void append_json_object(std::string& out, std::string_view text) {
  try {
    AnyObject any;
    read_json(text, any);
  } catch (const Error&) {
    append_json_string(out, text);
    return;
  }
  append_compact(out, text);
}

}  // namespace leftfold::inline v0::cli
