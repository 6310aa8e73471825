// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/wire.h"

#include <algorithm>
#include <array>
#include <utility>

#include <leftfold/error.h>

#include "dynamodb/plain_json.h"
#include "json/base64.h"
#include "json/escapes.h"

namespace leftfold::inline v0::dynamodb {
namespace {

namespace ondemand = simdjson::ondemand;

[[noreturn]] void fail(const std::string& problem) {
  throw Error{Errc::invalid_data, "JSON of DynamoDB does not decode: " + problem};
}

void write_bytes(std::string& out, const Bytes& bytes) {
  const std::size_t before = out.size();
  out.resize(before + json::base64_size(bytes.size()) + 2);
  out[before] = '"';
  json::write_base64(out.data() + before + 1, bytes);
  out.back() = '"';
}

void put_escaped(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4U];
      out += kHex[static_cast<unsigned char>(c) & 0xfU];
  }
}

template <class Elements, class Write>
void write_list(std::string& out, const Elements& elements, Write write) {
  out += '[';
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += ',';
    write(elements[i]);
  }
  out += ']';
}

/// Of the size it has: what grows is kept for the next one.
std::string plain_json(ondemand::value members) {
  thread_local std::string text;
  text.clear();
  append_plain_json(text, members);
  return text;
}

void read_into(AttributeValue& value, ondemand::value in, Documents documents, bool is_document);

void read_members(Map& map, ondemand::value in, Documents documents) {
  each_member(in, [&](std::string_view name, ondemand::value value) {
    const bool is_document = std::ranges::find(documents, name) != documents.end();
    Attribute& attribute = map.emplace_back();
    attribute.name = name;
    read_into(attribute.value, value, documents, is_document);
  });
}

void read_typed(AttributeValue::Held& held, ValueType type, ondemand::value in, Documents documents, bool is_document) {
  switch (type) {
    case ValueType::text: held.emplace<std::string>(text_of(in)); return;
    case ValueType::number: held.emplace<Number>(std::string{text_of(in)}); return;
    case ValueType::map:
      if (is_document) held.emplace<JsonText>(plain_json(in));
      else read_members(held.emplace<Map>(), in, documents);
      return;
    case ValueType::bytes: held = read_bytes(text_of(in)); return;
    case ValueType::boolean: held = read_flag(in); return;
    case ValueType::null:
      (void)read_flag(in);
      held = Null{};
      return;
    case ValueType::list: {
      List& list = held.emplace<List>();
      each_element(in, [&](ondemand::value element) { read_into(list.emplace_back(), element, documents, false); });
      return;
    }
    case ValueType::text_set: {
      auto& values = held.emplace<StringSet>().values;
      each_element(in, [&](ondemand::value element) { values.emplace_back(text_of(element)); });
      return;
    }
    case ValueType::number_set: {
      auto& values = held.emplace<NumberSet>().values;
      each_element(in, [&](ondemand::value element) { values.push_back({std::string{text_of(element)}}); });
      return;
    }
    case ValueType::bytes_set: {
      auto& values = held.emplace<BytesSet>().values;
      each_element(in, [&](ondemand::value element) { values.push_back(read_bytes(text_of(element))); });
      return;
    }
  }
}

void read_into(AttributeValue& value, ondemand::value in, Documents documents, bool is_document) {
  each_type(in,
            [&](ValueType type, ondemand::value held) { read_typed(value.held, type, held, documents, is_document); });
}

}  // namespace

void check(simdjson::error_code error) {
  if (error != simdjson::SUCCESS) [[unlikely]]
    fail(simdjson::error_message(error));
}

bool is_null(ondemand::value& in) {
  bool null = false;
  return in.is_null().get(null) == simdjson::SUCCESS && null;
}

ValueType value_type(std::string_view name) {
  struct Named {
    std::string_view name;
    ValueType type;
  };
  static constexpr std::array<Named, 10> kTypes{{{"S", ValueType::text},
                                                 {"N", ValueType::number},
                                                 {"B", ValueType::bytes},
                                                 {"M", ValueType::map},
                                                 {"L", ValueType::list},
                                                 {"BOOL", ValueType::boolean},
                                                 {"NULL", ValueType::null},
                                                 {"SS", ValueType::text_set},
                                                 {"NS", ValueType::number_set},
                                                 {"BS", ValueType::bytes_set}}};
  const auto* const found = std::ranges::find(kTypes, name, &Named::name);
  if (found == kTypes.end()) fail("there is no type \"" + std::string{name} + "\"");
  return found->type;
}

void throw_types(int count) { fail("a value has " + std::to_string(count) + " types"); }

Bytes read_bytes(std::string_view text) {
  Bytes bytes;
  if (!json::read_base64(text, bytes)) fail("a binary value is no base64");
  return bytes;
}

bool read_flag(ondemand::value in) {
  bool flag = false;
  check(in.get_bool().get(flag));
  return flag;
}

std::string_view text_of(ondemand::value in) {
  std::string_view text;
  check(in.get_string().get(text));
  return text;
}

void write_string(std::string& out, std::string_view text) {
  out += '"';
  for (;;) {
    const std::size_t plain = json::plain_size(text);
    out.append(text.substr(0, plain));
    if (plain == text.size()) break;
    put_escaped(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

void write_value(std::string& out, const AttributeValue& value) {
  struct Write {
    std::string& to;
    void operator()(const Null&) const { to += R"({"NULL":true})"; }
    void operator()(bool flag) const { to += flag ? R"({"BOOL":true})" : R"({"BOOL":false})"; }
    void operator()(const std::string& text) const {
      to += R"({"S":)";
      write_string(to, text);
      to += '}';
    }
    void operator()(const Number& number) const { to.append(R"({"N":")").append(number.text).append("\"}"); }
    void operator()(const Bytes& bytes) const {
      to += R"({"B":)";
      write_bytes(to, bytes);
      to += '}';
    }
    void operator()(const List& list) const {
      to += R"({"L":)";
      write_list(to, list, [this](const AttributeValue& element) { write_value(to, element); });
      to += '}';
    }
    void operator()(const Map& map) const {
      to += R"({"M":)";
      write_item(to, map);
      to += '}';
    }
    void operator()(const JsonText&) const {
      throw Error{Errc::internal, "a map that was read as JSON is written to DynamoDB; please report this"};
    }
    void operator()(const StringSet& set) const {
      to += R"({"SS":)";
      write_list(to, set.values, [this](const std::string& text) { write_string(to, text); });
      to += '}';
    }
    void operator()(const NumberSet& set) const {
      to += R"({"NS":)";
      write_list(to, set.values, [this](const Number& number) { write_string(to, number.text); });
      to += '}';
    }
    void operator()(const BytesSet& set) const {
      to += R"({"BS":)";
      write_list(to, set.values, [this](const Bytes& bytes) { write_bytes(to, bytes); });
      to += '}';
    }
  };
  std::visit(Write{out}, value.held);
}

void write_item(std::string& out, const Item& item) {
  out += '{';
  for (std::size_t i = 0; i < item.size(); ++i) {
    if (i > 0) out += ',';
    write_string(out, item[i].name);
    out += ':';
    write_value(out, item[i].value);
  }
  out += '}';
}

AttributeValue read_value(ondemand::value in, Documents documents) {
  AttributeValue value;
  read_into(value, in, documents, false);
  return value;
}

Item read_item(ondemand::value in, Documents documents) {
  constexpr std::size_t kUsual = 12;  // an event's attributes
  Item item;
  item.reserve(kUsual);
  read_members(item, in, documents);
  return item;
}

}  // namespace leftfold::inline v0::dynamodb
