// SPDX-License-Identifier: Apache-2.0
#include "aws/endpoint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <leftfold/error.h>

#include "aws/instance_metadata.h"
#include "aws/partition.h"
#include "aws/profiles.h"
#include "aws/region.h"
#include "http/url.h"

namespace leftfold::inline v0::aws {
namespace {

/// How a service is called in the places that name it.
struct ServiceNames {
  std::string host;  // dynamodb.eu-central-1.amazonaws.com
  std::string dual_stack_host;
  std::string variable;  // AWS_ENDPOINT_URL_DYNAMODB
  std::string key;       // in a profile's services section
};

ServiceNames names_of(std::string_view service) {
  if (service == "streams.dynamodb") {
    return {"streams.dynamodb", "streams-dynamodb", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "dynamodb_streams"};
  }
  std::string variable = "AWS_ENDPOINT_URL_";
  for (const char c : service) variable.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  return {std::string{service}, std::string{service}, variable, std::string{service}};
}

/// A value and where it stands, for messages.
struct Setting {
  std::string value;
  std::string place;
};

/// The first of variable and profile key that is set.
Setting setting(const Environment& environment, const Profiles& profiles, const std::string& variable,
                const std::string& key) {
  if (const std::string_view value = value_of(environment, variable); !value.empty())
    return {std::string{value}, variable};
  return {profiles.get(profiles.chosen(), key), key + " of profile " + profiles.chosen()};
}

bool switched_on(const Environment& environment, const Profiles& profiles, const std::string& variable,
                 const std::string& key) {
  const Setting found = setting(environment, profiles, variable, key);
  return parse_switch(found.value, found.place).value_or(false);
}

std::optional<Setting> configured(const EndpointOptions& options, const Profiles& profiles, const ServiceNames& names) {
  if (!options.endpoint_url.empty()) return Setting{options.endpoint_url, "the endpoint given"};
  if (switched_on(options.environment, profiles, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                  "ignore_configured_endpoint_urls")) {
    return std::nullopt;
  }
  const std::string& profile = profiles.chosen();
  const std::array<Setting, 4> places{{
      {std::string{value_of(options.environment, names.variable)}, names.variable},
      {std::string{value_of(options.environment, "AWS_ENDPOINT_URL")}, "AWS_ENDPOINT_URL"},
      {profiles.of_service(profile, names.key, "endpoint_url"), "the services section of profile " + profile},
      {profiles.get(profile, "endpoint_url"), "endpoint_url of profile " + profile},
  }};
  const auto* found = std::ranges::find_if(places, [](const Setting& place) { return !place.value.empty(); });
  if (found == places.end()) return std::nullopt;
  return *found;
}

std::string checked(const Setting& url) {
  const http::UrlParts parts = http::split_url(url.value);
  const bool http = parts.scheme == "http" || parts.scheme == "https";
  if (!http || parts.host.empty() || url.value.find_first_of("?# \t") != url.value.npos ||
      url.value.find('@') != url.value.npos) {
    throw Error{Errc::invalid_config, url.place + ": \"" + http::redacted_url(url.value) +
                                          "\" is no endpoint; write http://host:port or https://host"};
  }
  std::string text = url.value;
  while (text.ends_with('/')) text.pop_back();
  return text;
}

std::string computed(const ServiceNames& names, const std::string& region, bool dual_stack, bool fips) {
  if (region == "local" && names.host == "dynamodb") return "http://localhost:8000";
  const Partition& partition = partition_of(region);
  // The plain endpoints of the government's regions are the FIPS ones.
  const bool plain = !fips || (partition.id == "aws-us-gov" && !dual_stack);
  std::string url = "https://" + (dual_stack ? names.dual_stack_host : names.host);
  url.append(plain ? "." : "-fips.").append(region).append(".");
  return url.append(dual_stack ? partition.dual_stack_suffix : partition.suffix);
}

}  // namespace

std::string resolve_region(const EndpointOptions& options, const std::stop_token& stop) {
  const Profiles profiles{options.environment, options.profile};
  if (std::optional<std::string> region = configured_region(options.region, options.environment, profiles))
    return *region;
  InstanceMetadata instance{options.environment, profiles};
  std::string why;
  try {
    if (const std::optional<std::string> region = instance.get("placement/region", stop)) {
      check_region(*region, instance.endpoint());
      return *region;
    }
    why = instance.why_nothing();
  } catch (const Error& error) {
    if (stop.stop_requested()) throw;
    why = error.what();
  }
  throw Error{Errc::invalid_config, "AWS region: AWS_REGION and AWS_DEFAULT_REGION are not set, profile " +
                                        profiles.chosen() + " (" + profiles.files() +
                                        ") has no region, the instance: " + why + "; set AWS_REGION"};
}

Endpoint resolve_endpoint(std::string_view service, const EndpointOptions& options, const std::stop_token& stop) {
  const Profiles profiles{options.environment, options.profile};
  const ServiceNames names = names_of(service);
  const bool dual_stack =
      switched_on(options.environment, profiles, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
  const bool fips = switched_on(options.environment, profiles, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
  Endpoint endpoint;
  const std::optional<Setting> given = configured(options, profiles, names);
  if (given) {
    endpoint.url = checked(*given);
    endpoint.custom = true;
    if (dual_stack || fips) {
      throw Error{Errc::invalid_config, given->place + ": an endpoint of one's own and " +
                                            (fips ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT") +
                                            " exclude each other; remove one"};
    }
  }
  endpoint.region = resolve_region(options, stop);
  if (!given) endpoint.url = computed(names, endpoint.region, dual_stack, fips);
  return endpoint;
}

}  // namespace leftfold::inline v0::aws
