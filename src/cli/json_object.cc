// SPDX-License-Identifier: Apache-2.0
#include "cli/json_object.h"

#include "base/rfc3339.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {

void JsonObject::begin(std::string_view key) {
  if (text_.size() > 1) text_ += ',';
  ((text_ += '"') += key) += "\":";
}

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
  begin(key);
  append_json_string(text_, value);
  return *this;
}

JsonObject& JsonObject::number(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }

JsonObject& JsonObject::time(std::string_view key, std::optional<Timestamp> value) {
  return value ? text(key, base::to_rfc3339(*value)) : raw(key, "null");
}

JsonObject& JsonObject::object(std::string_view key, std::string_view json) {
  begin(key);
  append_json_object(text_, json);
  return *this;
}

JsonObject& JsonObject::raw(std::string_view key, std::string_view json) {
  begin(key);
  text_ += json;
  return *this;
}

}  // namespace leftfold::inline v0::cli
