// SPDX-License-Identifier: Apache-2.0
#include "aws/instance_metadata.h"

#include <charconv>

#include <leftfold/error.h>

#include "http/ascii.h"

namespace leftfold::inline v0::aws {
namespace {

// AWS's SDKs wait one second and try once: elsewhere than on an instance nothing answers at all.
int whole_number(const Environment& environment, std::string_view name) {
  const std::string_view text = value_of(environment, name);
  if (text.empty()) return 1;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= 1 && value <= 100) return value;
  throw Error{Errc::invalid_config,
              std::string{name}.append(": \"").append(text).append("\" is not between 1 and 100; correct it")};
}

std::string endpoint_of(const Environment& environment, const Profiles& profiles) {
  const auto setting = [&](std::string_view variable, const char* key) {
    const std::string_view value = value_of(environment, variable);
    return value.empty() ? profiles.get(profiles.chosen(), key) : std::string{value};
  };
  std::string endpoint = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
  if (endpoint.empty()) {
    const std::string mode = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    if (http::equal_ignoring_case(mode, "ipv6")) return "http://[fd00:ec2::254]";
    if (mode.empty() || http::equal_ignoring_case(mode, "ipv4")) return "http://169.254.169.254";
    throw Error{Errc::invalid_config,
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: \"" + mode + "\" is unknown; write IPv4 or IPv6"};
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return endpoint;
}

}  // namespace

InstanceMetadata::InstanceMetadata(const Environment& environment, const Profiles& profiles)
    : endpoint_{endpoint_of(environment, profiles)},
      disabled_{parse_switch(value_of(environment, "AWS_EC2_METADATA_DISABLED"), "AWS_EC2_METADATA_DISABLED")
                    .value_or(false)},
      attempts_{whole_number(environment, "AWS_METADATA_SERVICE_NUM_ATTEMPTS")} {
  http::ClientOptions options;
  options.connect_timeout = options.total_timeout =
      std::chrono::seconds{whole_number(environment, "AWS_METADATA_SERVICE_TIMEOUT")};
  options.max_response_bytes = 64 * 1024;
  client_ = std::make_unique<http::Client>(options);
}

bool InstanceMetadata::get_token(const std::stop_token& stop) {
  if (disabled_) {
    why_nothing_ = "AWS_EC2_METADATA_DISABLED is true";
    return false;
  }
  const http::Request request{.method = "PUT",
                              .url = endpoint_ + "/latest/api/token",
                              .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}}};
  for (int attempt = 1;; ++attempt) {
    try {
      http::Response response = client_->send(request, stop);
      if (response.status == 200 && response.body.find_first_of("\r\n") == response.body.npos) {
        token_ = std::move(response.body);
        return true;
      }
      why_nothing_ = "PUT " + endpoint_ + "/latest/api/token gave status " + std::to_string(response.status);
      if (response.status < 500) return false;  // 403: switched off, 400 or 404: something else answers
    } catch (const Error& error) {
      if (stop.stop_requested() || error.code() == Errc::invalid_argument) throw;
      why_nothing_ = error.what();
    }
    if (attempt >= attempts_) return false;
  }
}

http::Response InstanceMetadata::read(const http::Request& request, const std::stop_token& stop) {
  try {
    return client_->send(request, stop);
  } catch (const Error& error) {
    if (error.code() != Errc::in_doubt || stop.stop_requested()) throw;
    throw Error{Errc::unavailable, error.what()};  // it only reads, so asking again harms nothing
  }
}

std::optional<std::string> InstanceMetadata::get(std::string_view path, const std::stop_token& stop) {
  if (token_.empty() && !get_token(stop)) return std::nullopt;
  http::Request request{.url = endpoint_ + "/latest/meta-data/"};
  request.url.append(path);
  for (int attempt = 1;; ++attempt) {
    request.headers = {{"x-aws-ec2-metadata-token", token_}};
    http::Response response = read(request, stop);
    if (response.status == 200) return std::move(response.body);
    why_nothing_ = "GET " + request.url + " gave status " + std::to_string(response.status);
    if (response.status == 404) return std::nullopt;
    if (response.status == 401 && attempt == 1) {  // the token of an earlier call has ended
      if (!get_token(stop)) return std::nullopt;
      continue;
    }
    if (attempt >= attempts_) throw Error{Errc::unavailable, why_nothing_ + "; try again"};
  }
}

}  // namespace leftfold::inline v0::aws
