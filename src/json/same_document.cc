// SPDX-License-Identifier: Apache-2.0
#include "json/same_document.h"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/json/json_error.h>

#include "json/decimal.h"

namespace leftfold::inline v0::json {
namespace {

namespace ondemand = simdjson::ondemand;
constexpr int kDepth = 32;

[[noreturn]] void fail(std::string_view problem) { throw JsonError{"$", problem}; }

void check(simdjson::error_code error) {
  if (error != simdjson::SUCCESS) fail(std::string{"malformed JSON: "} + simdjson::error_message(error));
}

/// Length and text: no text can be taken for the end of another.
std::string counted(std::string_view text) { return std::to_string(text.size()) + ':' + std::string{text}; }

std::string canonical_number(std::string_view token) {
  token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
  const auto number = read_decimal(token);
  if (!number) fail("malformed JSON: \"" + std::string{token} + "\" is no number");
  // With an end: in an object the length of the next name follows.
  return (number->negative ? "n-" : "n") + number->digits + 'e' + std::to_string(number->exponent) + ';';
}

/// One text for all documents that say the same.
std::string canonical(ondemand::value in, int depth) {
  if (depth > kDepth) fail("arrays and objects are nested deeper than 32");
  ondemand::json_type type{};
  check(in.type().get(type));
  switch (type) {
    case ondemand::json_type::null: {
      bool null = false;
      check(in.is_null().get(null));
      return "z";
    }
    case ondemand::json_type::boolean: {
      bool flag = false;
      check(in.get_bool().get(flag));
      return flag ? "t" : "f";
    }
    case ondemand::json_type::number: {
      const std::string number = canonical_number(in.raw_json_token());
      double skipped = 0;  // the cursor moves on by reading
      check(in.get_double().get(skipped));
      return number;
    }
    case ondemand::json_type::string: {
      std::string_view text;
      check(in.get_string().get(text));
      return 's' + counted(text);
    }
    case ondemand::json_type::array: {
      std::string all = "[";
      ondemand::array elements;
      check(in.get_array().get(elements));
      for (auto element : elements) {
        check(element.error());
        all += canonical(std::move(element).value_unsafe(), depth + 1);
      }
      return all + ']';
    }
    case ondemand::json_type::object: break;
  }
  std::vector<std::pair<std::string, std::string>> members;
  ondemand::object fields;
  check(in.get_object().get(fields));
  for (auto result : fields) {
    check(result.error());
    auto&& field = std::move(result).value_unsafe();
    std::string_view name;
    check(field.unescaped_key().get(name));
    std::string key{name};
    members.emplace_back(std::move(key), canonical(field.value(), depth + 1));
  }
  std::ranges::sort(members);
  std::string all = "{";
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0 && members[i].first == members[i - 1].first) fail("the member \"" + members[i].first + "\" comes twice");
    all += counted(members[i].first) + members[i].second;
  }
  return all + '}';
}

}  // namespace

std::string canonical_document(std::string_view text) {
  simdjson::padded_string padded{"[" + std::string{text} + "]"};
  ondemand::parser parser;
  ondemand::document document;
  check(parser.iterate(padded).get(document));
  ondemand::array documents;
  check(document.get_array().get(documents));
  std::string all;
  int found = 0;
  for (auto element : documents) {
    check(element.error());
    all = canonical(std::move(element).value_unsafe(), 1);
    if (++found > 1) fail("malformed JSON: something follows the document");
  }
  if (found == 0) fail("malformed JSON: the text is empty");
  return all;
}

bool same_document(std::string_view a, std::string_view b) {
  return a == b || canonical_document(a) == canonical_document(b);
}

}  // namespace leftfold::inline v0::json
