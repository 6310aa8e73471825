// SPDX-License-Identifier: Apache-2.0
// Attributes of an item of the second table that may be left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

/// Reads them one by one: what is not there has its usual value, what is of another type makes the whole item
/// unreadable. One thread at a time. The map must outlive it.
class Fields {
 public:
  explicit Fields(const Map& map) : map_{map} {}

  [[nodiscard]] std::string text(std::string_view name) {
    const std::string* const found = find_text(map_, name);
    return checked(name, found != nullptr) ? *found : std::string{};
  }
  [[nodiscard]] std::int64_t integer(std::string_view name) {
    const auto found = find_integer(map_, name);
    return checked(name, found.has_value()) ? *found : 0;
  }
  [[nodiscard]] bool flag(std::string_view name) {
    const auto found = find_flag(map_, name);
    return checked(name, found.has_value()) && *found;
  }
  [[nodiscard]] std::optional<Uuid> uuid(std::string_view name) {
    auto found = find_uuid(map_, name);
    (void)checked(name, found.has_value());
    return found;
  }
  [[nodiscard]] const Map& map(std::string_view name) {
    static const Map empty;
    const Map* const found = find_map(map_, name);
    return checked(name, found != nullptr) ? *found : empty;
  }
  /// Says that the item cannot be read.
  void refuse() noexcept { whole_ = false; }
  /// All that was read could be.
  [[nodiscard]] bool whole() const noexcept { return whole_; }

 private:
  bool checked(std::string_view name, bool found) {
    if (!found && find(map_, name) != nullptr) whole_ = false;
    return found;
  }

  const Map& map_;
  bool whole_ = true;
};

}  // namespace leftfold::inline v0::dynamodb
