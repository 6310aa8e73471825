// SPDX-License-Identifier: Apache-2.0
// How times, and texts of any bytes, stand in attributes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <leftfold/types.h>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

/// Milliseconds since 1970.
[[nodiscard]] Number number(Timestamp time);
[[nodiscard]] std::optional<Timestamp> find_time(const Map& map, std::string_view name);

/// Text when the bytes are UTF-8, else a binary value.
[[nodiscard]] AttributeValue text_or_bytes(std::string_view bytes);
/// Leaves an empty one out.
void add_text(Map& map, std::string_view name, std::string_view bytes);
/// "" when it is missing; nothing when it is neither text nor binary.
[[nodiscard]] std::optional<std::string> find_text_or_bytes(const Map& map, std::string_view name);

}  // namespace leftfold::inline v0::dynamodb
