// SPDX-License-Identifier: Apache-2.0
// One JSON object, member by member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold::inline v0::cli {

/// Builds the text of a JSON object on one line. Keys are texts of ours that need no escaping. One thread at a time.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  JsonObject& number(std::string_view key, std::int64_t value);
  JsonObject& count(std::string_view key, std::size_t value) { return number(key, static_cast<std::int64_t>(value)); }
  JsonObject& boolean(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  /// RFC 3339, or null.
  JsonObject& time(std::string_view key, std::optional<Timestamp> value);
  /// A payload: as the object it is, or as a string when it is none.
  JsonObject& object(std::string_view key, std::string_view json);
  /// JSON as it is.
  JsonObject& raw(std::string_view key, std::string_view json);

  [[nodiscard]] std::string str() const { return text_ + '}'; }
  /// The members without the braces.
  [[nodiscard]] std::string members() const { return text_.substr(1); }

 private:
  void begin(std::string_view key);
  std::string text_{"{"};
};

}  // namespace leftfold::inline v0::cli
