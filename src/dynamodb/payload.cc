// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/payload.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/json/json_error.h>

#include "dynamodb/plain_json.h"
#include "dynamodb/wire.h"
#include "json/base64.h"
#include "json/decimal.h"

namespace leftfold::inline v0::dynamodb {
namespace {

namespace ondemand = simdjson::ondemand;

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html, "Number"
constexpr std::size_t kMaxDigits = 38;
constexpr std::int64_t kSmallestPower = -130;
constexpr std::int64_t kLargestPower = 125;

class PayloadReader {
 public:
  Map read(std::string_view text) {
    // In brackets, so that whatever follows the object is an element too many.
    const std::size_t size = text.size() + 2;
    std::string padded;
    padded.reserve(size + simdjson::SIMDJSON_PADDING);
    padded.append("[").append(text).append("]");
    thread_local ondemand::parser parser;
    ondemand::document document;
    check_json(parser.iterate(padded.data(), size, padded.capacity()).get(document));
    ondemand::array documents;
    check_json(document.get_array().get(documents));
    Map map;
    int found = 0;
    for (auto element : documents) {
      check_json(element.error());
      if (++found > 1) throw JsonError{path_, "malformed JSON: something follows the document"};
      map = object(element.value_unsafe(), 1);
    }
    if (found == 0) throw JsonError{path_, "malformed JSON: the text is empty"};
    const char* rest = nullptr;
    if (document.current_location().get(rest) != simdjson::OUT_OF_BOUNDS) {
      throw JsonError{path_, "malformed JSON: something follows the document"};
    }
    return map;
  }

 private:
  AttributeValue value(ondemand::value in, int depth) {
    if (depth > kMaxDepth) refuse("is nested deeper than the 32 levels DynamoDB allows");
    ondemand::json_type type{};
    check_json(in.type().get(type));
    switch (type) {
      case ondemand::json_type::object: return object(in, depth);
      case ondemand::json_type::array: return array(in, depth);
      case ondemand::json_type::string: {
        std::string_view text;
        check_json(in.get_string().get(text));
        return text;
      }
      case ondemand::json_type::number: return number(in);
      case ondemand::json_type::boolean: {
        bool flag = false;
        check_json(in.get_bool().get(flag));
        return flag;
      }
      case ondemand::json_type::null: break;
    }
    bool null = false;
    check_json(in.is_null().get(null));
    if (!null) throw JsonError{path_, "malformed JSON"};
    return {};
  }

  Number number(ondemand::value in) {
    std::string_view token = in.raw_json_token();
    token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
    const auto decimal = json::read_decimal(token);
    if (!decimal) throw JsonError{path_, "\"" + std::string{token} + "\" is no number"};
    if (decimal->digits.size() > kMaxDigits) {
      refuse("has " + std::to_string(decimal->digits.size()) + " digits; DynamoDB keeps 38: write it as text");
    }
    if (!decimal->digits.empty() && (decimal->exponent - 1 < kSmallestPower || decimal->exponent - 1 > kLargestPower)) {
      refuse("is " + std::string{token} + ", outside 1E-130 .. 9.99E+125, which DynamoDB keeps: write it as text");
    }
    Number kept{std::string{token}};
    double moved_over = 0;
    check_json(in.get_double().get(moved_over));
    return kept;
  }

  List array(ondemand::value in, int depth) {
    ondemand::array elements;
    check_json(in.get_array().get(elements));
    List list;
    const std::size_t before = path_.size();
    for (auto element : elements) {
      check_json(element.error());
      path_ += '[' + std::to_string(list.size()) + ']';
      list.push_back(value(element.value_unsafe(), depth + 1));
      path_.resize(before);
    }
    return list;
  }

  Map object(ondemand::value in, int depth) {
    ondemand::object members;
    if (in.get_object().get(members) != simdjson::SUCCESS) throw JsonError{path_, "expected an object"};
    Map map;
    const std::size_t before = path_.size();
    for (auto result : members) {
      check_json(result.error());
      auto&& member = std::move(result).value_unsafe();
      std::string_view name;
      check_json(member.unescaped_key().get(name));
      if (name.empty()) refuse("has a member without a name, which DynamoDB does not keep");
      path_.append(".").append(name);
      Attribute attribute{std::string{name}, value(member.value(), depth + 1)};
      map.push_back(std::move(attribute));
      path_.resize(before);
    }
    refuse_repeated_names(map);
    return map;
  }

  void refuse_repeated_names(const Map& map) {
    constexpr std::size_t kFew = 16;  // so few are compared with each other, more are sorted
    std::vector<std::string_view> names;
    for (const Attribute& member : map) {
      if (map.size() <= kFew && std::ranges::find(names, member.name) != names.end()) {
        throw_repeated(member.name);
      }
      names.push_back(member.name);
    }
    if (map.size() <= kFew) return;
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice != names.end()) throw_repeated(*twice);
  }

  [[noreturn]] void throw_repeated(std::string_view name) {
    path_.append(".").append(name);
    refuse("comes twice");
  }
  [[noreturn]] void refuse(const std::string& why) const { throw Error{Errc::invalid_argument, path_ + " " + why}; }
  void check_json(simdjson::error_code error) const {
    if (error != simdjson::SUCCESS) throw JsonError{path_, std::string{"malformed JSON: "} + error_message(error)};
  }

  std::string path_ = "$";
};

struct JsonWriter {
  std::string& to;

  void operator()(const Null&) const { to += "null"; }
  void operator()(bool flag) const { to += flag ? "true" : "false"; }
  void operator()(const std::string& text) const { write_string(to, text); }
  void operator()(const Number& number) const { append_number(to, number.text); }
  void operator()(const Bytes& bytes) const {
    std::string text(json::base64_size(bytes.size()), '\0');
    json::write_base64(text.data(), bytes);
    write_string(to, text);
  }
  void operator()(const List& list) const {
    elements(list, [this](const AttributeValue& element) { std::visit(*this, element.held); });
  }
  void operator()(const JsonText& json) const { to += json.text; }
  void operator()(const StringSet& set) const { elements(set.values, *this); }
  void operator()(const NumberSet& set) const { elements(set.values, *this); }
  void operator()(const BytesSet& set) const { elements(set.values, *this); }
  void operator()(const Map& map) const {
    to += '{';
    for (std::size_t i = 0; i < map.size(); ++i) {
      if (i > 0) to += ',';
      write_string(to, map[i].name);
      to += ':';
      std::visit(*this, map[i].value.held);
    }
    to += '}';
  }

 private:
  template <class Elements, class Write>
  void elements(const Elements& all, Write write) const {
    to += '[';
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0) to += ',';
      write(all[i]);
    }
    to += ']';
  }
};

}  // namespace

Map to_map(std::string_view json) { return PayloadReader{}.read(json); }

void append_json(std::string& out, const Map& map) { JsonWriter{out}(map); }

std::string to_json(const Map& map) {
  std::string out;
  append_json(out, map);
  return out;
}

}  // namespace leftfold::inline v0::dynamodb
