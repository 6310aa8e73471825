// SPDX-License-Identifier: Apache-2.0
// The insides of a Json, for the reader and the writer.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <leftfold/json/type.h>
#include <leftfold/json_value.h>

namespace leftfold::inline v0 {

/// What read() and append() walk for a Json.
inline constexpr json::Type kAnyJson{json::Kind::any};

struct JsonAccess {
  static Json number(std::string digits) {
    Json value;
    value.value_ = Json::Number{std::move(digits)};
    return value;
  }
  [[nodiscard]] static const std::string& digits(const Json& value) {
    return std::get<Json::Number>(value.value_).digits;
  }
  [[nodiscard]] static const std::string& string(const Json& value) { return std::get<std::string>(value.value_); }
  [[nodiscard]] static bool boolean(const Json& value) { return std::get<bool>(value.value_); }
  static std::vector<Json>& make_array(Json& value) { return value.value_.emplace<std::vector<Json>>(); }
  static std::vector<Json::Member>& make_object(Json& value) {
    return value.value_.emplace<std::vector<Json::Member>>();
  }
};

}  // namespace leftfold::inline v0
