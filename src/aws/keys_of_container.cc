// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <leftfold/error.h>

#include "aws/key_document.h"
#include "aws/key_source.h"
#include "aws/small_file.h"
#include "http/client.h"
#include "http/url.h"

namespace leftfold::inline v0::aws {
namespace {

// Over plain HTTP the keys go only to this machine or to the addresses that ECS and EKS serve inside it.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
bool may_be_plain(std::string_view host) {
  constexpr std::array<std::string_view, 5> kHosts{"localhost", "[::1]", "169.254.170.2", "169.254.170.23",
                                                   "[fd00:ec2::23]"};
  const auto colon = host.rfind(':');
  if (colon != host.npos && host.find(']', colon) == host.npos) host = host.substr(0, colon);
  for (const std::string_view known : kHosts) {
    if (host == known) return true;
  }
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

std::string address(const KeyContext& context) {
  const std::string relative{value_of(context.environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")};
  if (!relative.empty()) {
    if (relative.starts_with('/')) return context.container_host + relative;
    throw Error{Errc::invalid_config,
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: \"" + relative + "\" does not begin with a slash; correct it"};
  }
  const std::string full{value_of(context.environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI")};
  const http::UrlParts parts = http::split_url(full);
  if (full.empty() || parts.scheme == "https" || (parts.scheme == "http" && may_be_plain(parts.host))) return full;
  throw Error{Errc::invalid_config, "AWS_CONTAINER_CREDENTIALS_FULL_URI: " + http::redacted_url(full) +
                                        " is neither https nor an address inside this machine; correct it"};
}

std::string authorization(const KeyContext& context) {
  const std::string file{value_of(context.environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")};
  std::string token{value_of(context.environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN")};
  if (!file.empty()) {  // read anew each time: it is renewed
    const std::optional<std::string> text = read_small_file(file);
    if (!text)
      throw Error{Errc::not_found, file + ": AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is not there; check its path"};
    token = *text;
    while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  }
  if (token.find_first_of("\r\n") != token.npos) {
    throw Error{Errc::invalid_config, "AWS_CONTAINER_AUTHORIZATION_TOKEN holds a line end; remove it"};
  }
  return token;
}

}  // namespace

Keys keys_of_container(const KeyContext& context) {
  http::Request request{.url = address(context)};
  if (request.url.empty()) {
    return Keys::none("neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set");
  }
  const std::string token = authorization(context);
  if (!token.empty()) request.headers = {{"Authorization", token}};
  request.headers.push_back({"Accept", "application/json"});
  http::ClientOptions options = context.http;
  options.proxies = {};  // the keys are inside this machine
  options.connect_timeout = options.total_timeout = std::chrono::seconds{2};
  options.max_response_bytes = 64 * 1024;
  http::Client client{options};
  const std::string place = "the container's credentials at " + http::redacted_url(request.url);
  for (int attempt = 1;; ++attempt) {
    std::string why;
    try {
      const http::Response response = client.send(request, context.stop);
      if (response.status == 200) return Keys::of(parse_keys(KeyDocument::metadata, response.body, place));
      why = "status " + std::to_string(response.status);
      if (response.status < 500 && response.status != 429) {
        throw Error{Errc::permission_denied,
                    place + ": " + why + "; check the task's role and the authorization token"};
      }
    } catch (const Error& error) {
      if (error.code() != Errc::unavailable && error.code() != Errc::in_doubt) throw;
      if (context.stop.stop_requested()) throw;
      why = error.what();
    }
    if (attempt == 3) throw Error{Errc::unavailable, place + ": " + why + "; try again"};
  }
}

}  // namespace leftfold::inline v0::aws
