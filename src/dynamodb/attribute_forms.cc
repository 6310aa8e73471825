// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/attribute_forms.h"

#include <chrono>
#include <cstring>
#include <utility>

#include "core/utf8.h"

namespace leftfold::inline v0::dynamodb {

Number number(Timestamp time) { return number(std::int64_t{time.time_since_epoch().count()}); }

std::optional<Timestamp> find_time(const Map& map, std::string_view name) {
  const auto since = find_integer(map, name);
  return since ? std::optional{Timestamp{std::chrono::milliseconds{*since}}} : std::nullopt;
}

AttributeValue text_or_bytes(std::string_view bytes) {
  if (detail::is_utf8(bytes)) return bytes;
  Bytes binary(bytes.size());
  std::memcpy(binary.data(), bytes.data(), bytes.size());
  return binary;
}

void add_text(Map& map, std::string_view name, std::string_view bytes) {
  if (!bytes.empty()) map.push_back({std::string{name}, text_or_bytes(bytes)});
}

std::optional<std::string> find_text_or_bytes(const Map& map, std::string_view name) {
  const AttributeValue* const value = find(map, name);
  if (value == nullptr) return std::string{};
  if (const auto* const text = value->as<std::string>()) return *text;
  if (const auto* const bytes = value->as<Bytes>()) {
    return std::string{reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  }
  return std::nullopt;
}

}  // namespace leftfold::inline v0::dynamodb
