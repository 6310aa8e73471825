#include "dynamodb/wire.h"

#include <utility>

#include <leftfold/error.h>

#include "json/base64.h"
#include "json/escapes.h"

namespace leftfold::dynamodb {
namespace {

namespace ondemand = simdjson::ondemand;

[[noreturn]] void fail(const std::string& problem) {
  throw Error{Errc::invalid_data, "DynamoDB's answer does not decode: " + problem};
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

Bytes bytes_of(ondemand::value in) {
  Bytes bytes;
  if (!json::read_base64(text_of(in), bytes)) fail("a binary value is no base64");
  return bytes;
}

AttributeValue typed(std::string_view type, ondemand::value in) {
  if (type == "S") return std::string{text_of(in)};
  if (type == "N") return Number{std::string{text_of(in)}};
  if (type == "M") return read_item(in);
  if (type == "B") return bytes_of(in);
  if (type == "BOOL") {
    bool flag = false;
    check(in.get_bool().get(flag));
    return flag;
  }
  if (type == "NULL") {
    bool ignored = false;
    check(in.get_bool().get(ignored));
    return {};
  }
  if (type == "L") {
    List list;
    each_element(in, [&](ondemand::value element) { list.push_back(read_value(element)); });
    return list;
  }
  if (type == "SS") {
    StringSet set;
    each_element(in, [&](ondemand::value element) { set.values.emplace_back(text_of(element)); });
    return AttributeValue::Held{std::move(set)};
  }
  if (type == "NS") {
    NumberSet set;
    each_element(in, [&](ondemand::value element) { set.values.push_back({std::string{text_of(element)}}); });
    return AttributeValue::Held{std::move(set)};
  }
  if (type == "BS") {
    BytesSet set;
    each_element(in, [&](ondemand::value element) { set.values.push_back(bytes_of(element)); });
    return AttributeValue::Held{std::move(set)};
  }
  fail("there is no type \"" + std::string{type} + "\"");
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

AttributeValue read_value(ondemand::value in) {
  AttributeValue value;
  int types = 0;
  each_member(in, [&](std::string_view type, ondemand::value held) {
    const std::string name{type};  // the parser's copy may be written over
    value = typed(name, held);
    ++types;
  });
  if (types != 1) fail("a value has " + std::to_string(types) + " types");
  return value;
}

Item read_item(ondemand::value in) {
  Item item;
  each_member(in, [&](std::string_view name, ondemand::value value) {
    std::string kept{name};
    item.push_back({std::move(kept), read_value(value)});
  });
  return item;
}

}  // namespace leftfold::dynamodb
