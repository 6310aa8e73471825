// SPDX-License-Identifier: Apache-2.0
#include "aws/http_options.h"

#include "aws/profiles.h"

namespace leftfold::inline v0::aws {

http::ClientOptions http_options(const Environment& environment, std::string_view profile) {
  http::ClientOptions options;
  options.proxies = http::proxies_from(environment);
  options.ca_bundle = value_of(environment, "AWS_CA_BUNDLE");
  if (options.ca_bundle.empty()) {
    const Profiles profiles{environment, profile};
    options.ca_bundle = profiles.get(profiles.chosen(), "ca_bundle");
  }
  return options;
}

}  // namespace leftfold::inline v0::aws
