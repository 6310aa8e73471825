// SPDX-License-Identifier: Apache-2.0
// Attribute values as DynamoDB's JSON ({"S":"text"}, {"N":"1"}, ...), in both directions.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

/// Appends `text` as a JSON string, quotes included.
void write_string(std::string& out, std::string_view text);
/// Appends `{"S":"..."}` and the like.
void write_value(std::string& out, const AttributeValue& value);
/// Appends `{"name":{"S":"..."},...}`.
void write_item(std::string& out, const Item& item);

/// Reads what write_value and write_item write; maps called as one of `documents`, however deep, become JsonText.
/// Throws Error(invalid_data) for anything else.
[[nodiscard]] AttributeValue read_value(simdjson::ondemand::value in, Documents documents = {});
[[nodiscard]] Item read_item(simdjson::ondemand::value in, Documents documents = {});

enum class ValueType { text, number, bytes, boolean, null, map, list, text_set, number_set, bytes_set };
/// What "S", "N" and so on stand for. Throws Error(invalid_data) for any other name.
[[nodiscard]] ValueType value_type(std::string_view name);
/// Base64 text. Throws Error(invalid_data) for any other.
[[nodiscard]] Bytes read_bytes(std::string_view text);
[[nodiscard]] bool read_flag(simdjson::ondemand::value in);

/// Throws Error(invalid_data) that says what simdjson found, unless it found nothing.
void check(simdjson::error_code error);

/// Calls `visit(std::string_view name, simdjson::ondemand::value)` for every member of an object.
template <class Visit>
void each_member(simdjson::ondemand::value in, Visit visit) {
  simdjson::ondemand::object members;
  check(in.get_object().get(members));
  for (auto result : members) {
    check(result.error());
    auto&& member = std::move(result).value_unsafe();
    std::string_view name;
    check(member.unescaped_key().get(name));
    visit(name, member.value());
  }
}

/// Calls `visit(simdjson::ondemand::value)` for every element of an array.
template <class Visit>
void each_element(simdjson::ondemand::value in, Visit visit) {
  simdjson::ondemand::array elements;
  check(in.get_array().get(elements));
  for (auto result : elements) {
    check(result.error());
    visit(result.value_unsafe());
  }
}

[[noreturn]] void throw_types(int count);

/// Calls `visit(ValueType, simdjson::ondemand::value)` for the one member of a value.
template <class Visit>
void each_type(simdjson::ondemand::value in, Visit visit) {
  int types = 0;
  each_member(in, [&](std::string_view type, simdjson::ondemand::value held) {
    visit(value_type(type), held);
    ++types;
  });
  if (types != 1) throw_types(types);
}

/// True for `null`; the value can still be read when it is none.
[[nodiscard]] bool is_null(simdjson::ondemand::value& in);
/// The text of a JSON string. Valid as long as the parser holds its document.
[[nodiscard]] std::string_view text_of(simdjson::ondemand::value in);

/// Calls `visit(name, value)` for every member of the object that `body` is. Throws Error(invalid_data) for text that
/// is not one JSON object. `body` gets the room behind its end that the parser needs.
template <class Visit>
void read_object(std::string& body, Visit visit) {
  thread_local simdjson::ondemand::parser parser;
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  check(parser.iterate(body.data(), body.size(), body.capacity()).get(document));
  simdjson::ondemand::value root;
  check(document.get_value().get(root));
  each_member(root, visit);
}

}  // namespace leftfold::inline v0::dynamodb
