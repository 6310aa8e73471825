// SPDX-License-Identifier: Apache-2.0
// How a service's tables in DynamoDB are called.
#pragma once

#include <string>

#include <leftfold/settings.h>

namespace leftfold::inline v0::app {

struct TableNames {
  std::string events;
  std::string second;
};

/// As the store dynamodb: would name them by the environment. Throws Error(invalid_config) for variables that cannot be
/// used, Error(unsupported) in a build without DynamoDB.
[[nodiscard]] TableNames table_names(const Settings& settings);

}  // namespace leftfold::inline v0::app
