// SPDX-License-Identifier: Apache-2.0
// An event's JSON as DynamoDB's native map, and back.
#pragma once

#include <string>
#include <string_view>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

/// The JSON object `json` as a map: numbers keep their digits, members their order. Throws JsonError when the text is
/// no JSON object, and Error(invalid_argument) that names the path for what DynamoDB cannot hold: a number of more than
/// 38 digits or outside 1E-130 .. 9.99E+125, values nested deeper than 32 levels, a member that comes twice.
[[nodiscard]] Map to_map(std::string_view json);

/// The map as JSON text. Sets become arrays and binary values base64 text: JSON knows neither.
/// Throws Error(invalid_data) for a number that is none.
[[nodiscard]] std::string to_json(const Map& map);
void append_json(std::string& out, const Map& map);

}  // namespace leftfold::inline v0::dynamodb
