// SPDX-License-Identifier: Apache-2.0
// The region that variables and profiles name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/environment.h"
#include "aws/profiles.h"

namespace leftfold::inline v0::aws {

/// The first of `given`, AWS_REGION, AWS_DEFAULT_REGION and the chosen profile's; empty when none is set.
/// Throws Error(invalid_config) that names the place of a malformed one.
[[nodiscard]] std::optional<std::string> configured_region(const std::string& given, const Environment& environment,
                                                           const Profiles& profiles);

/// Throws Error(invalid_config) unless `region` can be part of a host's name: it decides where requests go.
void check_region(const std::string& region, std::string_view place);

}  // namespace leftfold::inline v0::aws
