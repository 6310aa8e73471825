// SPDX-License-Identifier: Apache-2.0
// Which region and which address, by AWS's own rules.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html, feature-region.html,
// feature-endpoints.html
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "aws/environment.h"
#include "http/client_options.h"

namespace leftfold::inline v0::aws {

struct EndpointOptions {
  Environment environment = {};   ///< as process_environment() returns it
  std::string region = {};        ///< explicit; wins over everything
  std::string endpoint_url = {};  ///< explicit; wins over everything
  std::string profile = {};       ///< instead of AWS_PROFILE
};

struct Endpoint {
  std::string url = {};     ///< without a slash at the end
  std::string region = {};  ///< the one to sign for
  bool custom = false;      ///< given by option, variable or profile, not computed
};

/// The region: explicit, AWS_REGION, AWS_DEFAULT_REGION, the profile's, the instance's (IMDSv2, unless
/// AWS_EC2_METADATA_DISABLED). Throws Error(invalid_config) that lists what was tried, or names a malformed value.
[[nodiscard]] std::string resolve_region(const EndpointOptions& options, const std::stop_token& stop = {});

/// The address of `service` ("dynamodb", "streams.dynamodb", "sts"): explicit, AWS_ENDPOINT_URL_<SERVICE>,
/// AWS_ENDPOINT_URL, the profile's services section, the profile's endpoint_url (none of the last four with
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true), else computed for the region's partition with AWS_USE_DUALSTACK_ENDPOINT
/// and AWS_USE_FIPS_ENDPOINT. Throws Error(invalid_config) for a malformed value, and as resolve_region does.
[[nodiscard]] Endpoint resolve_endpoint(std::string_view service, const EndpointOptions& options,
                                        const std::stop_token& stop = {});

}  // namespace leftfold::inline v0::aws
