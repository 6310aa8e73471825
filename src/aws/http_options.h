// SPDX-License-Identifier: Apache-2.0
// How AWS's tools connect.
#pragma once

#include <string_view>

#include "aws/environment.h"
#include "http/client_options.h"

namespace leftfold::inline v0::aws {

/// The proxies of the environment, and whom to trust: AWS_CA_BUNDLE, else ca_bundle of the profile (`profile`, else
/// AWS_PROFILE, else "default"), else the system's authorities.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html (ca_bundle). Throws Error as Profiles does.
[[nodiscard]] http::ClientOptions http_options(const Environment& environment, std::string_view profile = {});

}  // namespace leftfold::inline v0::aws
