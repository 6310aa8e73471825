// The process's environment, as a value that tests can make up.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace leftfold::aws {

using Environment = std::map<std::string, std::string>;  ///< variables and their values

/// What this process was started with.
[[nodiscard]] Environment process_environment();

/// The variable's value; "" when it is not set. AWS's tools treat an empty variable as one that is not set.
[[nodiscard]] std::string_view value_of(const Environment& environment, std::string_view name);

}  // namespace leftfold::aws
