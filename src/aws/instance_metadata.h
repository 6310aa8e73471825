// SPDX-License-Identifier: Apache-2.0
// The metadata service of an EC2 instance, version 2.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "aws/environment.h"
#include "aws/profiles.h"
#include "http/client.h"

namespace leftfold::inline v0::aws {

/// Asks the instance that this process runs on; never through a proxy. One thread at a time.
class InstanceMetadata {
 public:
  /// Throws Error(invalid_config) for a malformed AWS_EC2_METADATA_... variable.
  InstanceMetadata(const Environment& environment, const Profiles& profiles);

  /// What stands at `path` ("placement/region"); empty, with a reason in why_nothing(), when there is no such service,
  /// it forbids to ask, or has nothing there. Throws Error(unavailable) when the service fails, and as http::Client
  /// does.
  [[nodiscard]] std::optional<std::string> get(std::string_view path, const std::stop_token& stop);
  [[nodiscard]] const std::string& why_nothing() const noexcept { return why_nothing_; }
  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }

 private:
  [[nodiscard]] bool get_token(const std::stop_token& stop);
  [[nodiscard]] http::Response read(const http::Request& request, const std::stop_token& stop);

  std::string endpoint_;
  bool disabled_;
  int attempts_;
  std::unique_ptr<http::Client> client_;
  std::string token_;
  std::string why_nothing_;
};

}  // namespace leftfold::inline v0::aws
