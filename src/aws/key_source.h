// SPDX-License-Identifier: Apache-2.0
// One place that credentials may come from.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <leftfold/clock.h>

#include "aws/environment.h"
#include "aws/profiles.h"
#include "http/client_options.h"
#include "http/sigv4.h"

namespace leftfold::inline v0::aws {

/// What a source gave: credentials, or why it has none. Failures of a source that is set up are Errors instead.
struct Keys {
  std::optional<http::Credentials> found = {};
  std::string nothing = {};

  static Keys of(http::Credentials credentials) { return {std::move(credentials), {}}; }
  static Keys none(std::string why) { return {std::nullopt, std::move(why)}; }
};

/// What the sources know of the process. Plain value; the clock must outlive it.
struct KeyContext {
  const Environment& environment;
  const Profiles& profiles;
  std::string sts_region;
  http::ClientOptions http;  ///< for STS
  std::string container_host;
  Clock& clock;
  std::stop_token stop;
};

/// AWS_ACCESS_KEY_ID and its companions. Throws Error(invalid_config) when one of the two keys is missing.
[[nodiscard]] Keys keys_of_environment(const KeyContext& context);
/// AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, by STS.
[[nodiscard]] Keys keys_of_web_identity(const KeyContext& context);
/// The shared files: a role to assume, static keys, or a process.
[[nodiscard]] Keys keys_of_profile(const KeyContext& context);
/// The endpoint that ECS and EKS give to a container.
[[nodiscard]] Keys keys_of_container(const KeyContext& context);
/// The role of the EC2 instance.
[[nodiscard]] Keys keys_of_instance(const KeyContext& context);

}  // namespace leftfold::inline v0::aws
