// SPDX-License-Identifier: Apache-2.0
#include "base/log_line.h"

#include <algorithm>
#include <cstdint>

#include "base/rfc3339.h"
#include "base/utf8.h"

namespace leftfold::inline v0::base {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

/// C0, DEL, and C1 (U+0080 to U+009F, two bytes that begin with c2), which terminals obey too.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

void add_hex(std::string& out, std::string_view prefix, unsigned char byte) {
  out += prefix;
  out += kHex[byte >> 4];
  out += kHex[byte & 0xf];
}

void add_byte(std::string& out, char byte, LogFormat format) {
  if (format == LogFormat::json) {
    out += "\\ufffd";  // JSON is Unicode text: U+FFFD stands for what is not
  } else {
    add_hex(out, "\\x", static_cast<unsigned char>(byte));
  }
}

void add_control(std::string& out, std::string_view character, LogFormat format) {
  if (format == LogFormat::json) {
    add_hex(out, "\\u00", static_cast<unsigned char>(character.back()));  // the code point is below 0x100
  } else {
    for (const char byte : character) add_hex(out, "\\x", static_cast<unsigned char>(byte));
  }
}

/// Appends `text`; `quoted` also escapes the quote and the backslash.
void add_escaped(std::string& out, std::string_view text, LogFormat format, bool quoted) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
    text.remove_prefix(character.size());
    const char c = character[0];
    if (size == 0) {
      add_byte(out, c, format);
    } else if (quoted && (c == '"' || c == '\\')) {
      (out += '\\') += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (is_control(character)) {
      add_control(out, character, format);
    } else {
      out += character;
    }
  }
}

void add_text_value(std::string& out, std::string_view value) {
  if (!value.empty() && value.find_first_of(" \t\n\"\\=") == std::string_view::npos) {
    add_escaped(out, value, LogFormat::text, false);
    return;
  }
  out += '"';
  add_escaped(out, value, LogFormat::text, true);
  out += '"';
}

std::string text_line(std::optional<Timestamp> time, LogLevel level, std::string_view component,
                      std::string_view message, std::span<const LogField> fields) {
  std::string line = time ? to_rfc3339(*time) + " " : std::string{};
  std::string name{to_string(level)};
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  name.resize(std::max<std::size_t>(name.size(), 5), ' ');
  (line += name) += ' ';
  add_escaped(line, component, LogFormat::text, false);
  line += "  ";
  add_escaped(line, message, LogFormat::text, false);
  std::string_view separator = "  ";
  for (const LogField& field : fields) {
    line += separator;
    separator = " ";
    add_escaped(line, field.key, LogFormat::text, false);
    line += '=';
    add_text_value(line, field.value);
  }
  return line += '\n';
}

void add_member(std::string& line, std::string_view key, std::string_view value) {
  line += line.empty() ? "{\"" : ",\"";
  add_escaped(line, key, LogFormat::json, true);
  line += "\":\"";
  add_escaped(line, value, LogFormat::json, true);
  line += '"';
}

std::string json_line(Timestamp time, LogLevel level, std::string_view component, std::string_view message,
                      std::span<const LogField> fields) {
  std::string line;
  add_member(line, "ts", to_rfc3339(time));
  add_member(line, "level", to_string(level));
  add_member(line, "msg", message);
  add_member(line, "component", component);
  for (const LogField& field : fields) add_member(line, field.key, field.value);
  return line += "}\n";
}

}  // namespace

std::string log_line(LogFormat format, std::optional<Timestamp> time, LogLevel level, std::string_view component,
                     std::string_view message, std::span<const LogField> fields) {
  return format == LogFormat::json ? json_line(time.value_or(Timestamp{}), level, component, message, fields)
                                   : text_line(time, level, component, message, fields);
}

}  // namespace leftfold::inline v0::base
