// SPDX-License-Identifier: Apache-2.0
// Maps of an answer as plain JSON, without building them.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace leftfold::inline v0::dynamodb {

/// Appends `text` as a number of JSON. Throws Error(invalid_data) for text that is none.
void append_number(std::string& out, std::string_view text);

/// Appends what append_json writes for the map that `members` is ({"name":{"S":"..."},...}): the same text, and the
/// same errors for what does not decode.
void append_plain_json(std::string& out, simdjson::ondemand::value members);

}  // namespace leftfold::inline v0::dynamodb
