// SPDX-License-Identifier: Apache-2.0
// The JSON of a request, member by member.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "dynamodb/requests.h"
#include "dynamodb/wire.h"

namespace leftfold::inline v0::dynamodb {

/// Writes one JSON object. One thread at a time.
class Body {
 public:
  Body() { out_.reserve(1024); }  // what most requests fit in

  Body& text(std::string_view name, std::string_view value) {
    begin(name);
    write_string(out_, value);
    return *this;
  }
  Body& raw(std::string_view name, std::string_view json) {
    begin(name);
    out_ += json;
    return *this;
  }
  Body& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
  Body& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  Body& item(std::string_view name, const Item& value) {
    begin(name);
    write_item(out_, value);
    return *this;
  }
  /// Names and values of expressions, none when there are none.
  Body& stand_ins(const Expression& expression) {
    if (!expression.names.empty()) {
      Body names;
      for (const auto& [name, meaning] : expression.names) names.text(name, meaning);
      raw("ExpressionAttributeNames", names.finish());
    }
    if (!expression.values.empty()) item("ExpressionAttributeValues", expression.values);
    return *this;
  }
  [[nodiscard]] std::string finish() {
    out_ += '}';
    return std::move(out_);
  }

 private:
  void begin(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    write_string(out_, name);
    out_ += ':';
  }

  std::string out_ = "{";
};

}  // namespace leftfold::inline v0::dynamodb
