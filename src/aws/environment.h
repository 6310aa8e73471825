// SPDX-License-Identifier: Apache-2.0
// The process's environment, as a value that tests can make up.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace leftfold::inline v0::aws {

using Environment = std::map<std::string, std::string>;  ///< variables and their values

/// What this process was started with.
[[nodiscard]] Environment process_environment();

/// The variable's value; "" when it is not set. AWS's tools treat an empty variable as one that is not set.
[[nodiscard]] std::string_view value_of(const Environment& environment, std::string_view name);

/// "true" or "false" in any case; empty when `text` is. `name` is the variable's or key's, for the error.
/// Throws Error(invalid_config) for anything else.
[[nodiscard]] std::optional<bool> parse_switch(std::string_view text, std::string_view name);

}  // namespace leftfold::inline v0::aws
