// SPDX-License-Identifier: Apache-2.0
#include "cli/cpp_event.h"

#include <algorithm>
#include <optional>

#include <leftfold/uuid.h>

#include "cli/numbers.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

using Text = std::optional<std::string>;  // empty: no braces say it

/// Whatever `json` holds, the literal ends behind it.
std::string raw_literal(const std::string& json) {
  const std::string text = printable_json(json);
  std::string delimiter = "json";
  while (text.find(")" + delimiter + "\"") != text.npos) delimiter += '_';
  return "R\"" + delimiter + "(" + text + ")" + delimiter + "\"";
}

/// A literal of UTF-8: control characters as octal escapes, which end after three digits whatever follows. Empty
/// for a text with a NUL, which would end the string, or with what an editor would not show.
Text string_literal(std::string_view text) {
  if (text.find('\0') != text.npos || printable_json(text) != text) return std::nullopt;
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (byte < 0x20 || byte == 0x7f) {
      out += '\\';
      for (const int shift : {6, 3, 0}) out += static_cast<char>('0' + (byte >> shift & 7));
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string string_of(const Json& value) { return value.as<std::string>(); }

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// Digits that are the same number in C++: not "-9223372036854775808", which is a minus before too large a number, and
/// nothing that needs more than 64 bits.
Text number_of(const Json& value) {
  const std::string text = value.text();
  if (text.find_first_of(".eE") != text.npos) return text;
  if (text.size() <= 18) return text;
  const bool whole = whole_number(text.substr(text.front() == '-' ? 1 : 0)).has_value();
  return whole ? Text{text} : std::nullopt;
}

struct Writer {
  static Text plain(const Json& value) {
    switch (value.kind()) {
      case Json::Kind::boolean: return value.text();
      case Json::Kind::number: return number_of(value);
      case Json::Kind::string: return string_literal(string_of(value));
      default: return std::nullopt;
    }
  }

  static Text by_name(const Json& value, std::string_view type) {
    const bool string = value.kind() == Json::Kind::string;
    if (type == "uuid") {
      if (!string || !Uuid::parse(string_of(value))) return std::nullopt;
      return "*leftfold::Uuid::parse(\"" + string_of(value) + "\")";
    }
    if (type == "null") return "std::monostate{}";
    if (type == "bytes") return std::nullopt;
    Text text = plain(value);
    if (!text) return text;
    if (type == "version") return "leftfold::Version{" + *text + "}";
    if (type == "position") return "leftfold::Position{" + *text + "}";
    if (string != (type == "string")) return std::nullopt;  // a number written as a string
    return text;
  }

  static Text elements(const Json& value, const Json* element, std::string_view open, std::string_view close) {
    if (value.kind() != Json::Kind::array) return std::nullopt;
    std::string out{open};
    for (const Json& each : value.elements()) {
      const Text text = write(each, element);
      if (!text) return std::nullopt;
      if (out.size() > open.size()) out += ", ";
      out += *text;
    }
    return out += close;
  }

  static Text pairs(const Json& value, const Json& key, const Json& mapped) {
    if (value.kind() != Json::Kind::object || key != Json{"string"}) return std::nullopt;
    std::string out = "{";
    for (const Json::Member& each : value.members()) {
      const Text text = write(each.value, &mapped);
      const Text name = string_literal(each.name);
      if (!text || !name) return std::nullopt;
      if (out.size() > 1) out += ", ";
      out += "{" + *name + ", " + *text + "}";
    }
    return out += "}";
  }

  /// `fields` is null when nobody knows them.
  static Text members(const Json& value, const Json* fields) {
    if (value.kind() != Json::Kind::object) return std::nullopt;
    std::string out = "{";
    for (const Json::Member& each : value.members()) {
      const Json* const field = fields == nullptr ? nullptr : fields->find(each.name);
      if (fields != nullptr && field == nullptr) continue;  // a field of another time: read and dropped
      const Text text =
          is_name(each.name) ? write(each.value, field == nullptr ? nullptr : field->find("type")) : std::nullopt;
      if (!text) return std::nullopt;
      if (out.size() > 1) out += ", ";
      out += "." + each.name + " = " + *text;
    }
    return out += "}";
  }

  static Text write(const Json& value, const Json* shape) {
    if (shape == nullptr) {
      if (value.kind() == Json::Kind::array) return elements(value, nullptr, "{", "}");
      return plain(value);
    }
    if (shape->kind() == Json::Kind::string) return by_name(value, string_of(*shape));
    if (const Json* inner = shape->find("optional"))
      return value.is_null() ? Text{"std::nullopt"} : write(value, inner);
    if (const Json* inner = shape->find("list")) return elements(value, inner, "{", "}");
    if (const Json* inner = shape->find("set")) return elements(value, inner, "{", "}");
    if (const Json* inner = shape->find("array")) return elements(value, inner, "{{", "}}");
    if (const Json* inner = shape->find("map")) return pairs(value, shape->at("key"), *inner);
    if (const Json* fields = shape->find("fields")) return members(value, fields);
    if (shape->contains("enum") && value.kind() == Json::Kind::string && is_name(string_of(value))) {
      return string_of(shape->at("name")) + "::" + string_of(value);
    }
    return std::nullopt;
  }
};

}  // namespace

std::string cpp_event(std::string_view type, const Json& payload, const Json* shape) {
  const Text braces = Writer::members(payload, shape == nullptr ? nullptr : shape->find("fields"));
  if (braces) return std::string{type} + *braces;
  return "leftfold::from_json<" + std::string{type} + ">(" + raw_literal(payload.text()) + ")";
}

}  // namespace leftfold::inline v0::cli
