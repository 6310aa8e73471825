// SPDX-License-Identifier: Apache-2.0
#include "http/request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/ascii.h"
#include "http/url.h"

namespace leftfold::inline v0::http {
namespace {

// The headers whose values are shown: known to hold no secret. Any other is hidden, so a new kind of token is safe too.
constexpr std::array<std::string_view, 10> kHarmless{"accept",
                                                     "content-length",
                                                     "content-type",
                                                     "host",
                                                     "user-agent",
                                                     "x-amz-date",
                                                     "x-amz-target",
                                                     "amz-sdk-request",
                                                     "amz-sdk-invocation-id",
                                                     "x-aws-ec2-metadata-token-ttl-seconds"};

bool harmless(std::string_view name) {
  return std::ranges::any_of(kHarmless, [&](std::string_view known) { return equal_ignoring_case(known, name); });
}

void append_query(std::string& out, std::string_view query) {
  char before = '?';
  while (!query.empty()) {
    const auto part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const auto equals = part.find('=');
    out.push_back(std::exchange(before, '&'));
    out.append(part.substr(0, equals));
    if (equals != part.npos) out.append("=(hidden)");
  }
}

}  // namespace

std::optional<std::string_view> find_header(const std::vector<Header>& headers, std::string_view name) {
  const auto found =
      std::ranges::find_if(headers, [&](const Header& header) { return equal_ignoring_case(header.name, name); });
  if (found == headers.end()) return std::nullopt;
  return found->value;
}

void set_header(std::vector<Header>& headers, std::string_view name, std::string value) {
  const auto is_it = [&](const Header& header) { return equal_ignoring_case(header.name, name); };
  const auto found = std::ranges::find_if(headers, is_it);
  if (found == headers.end()) {
    headers.push_back({std::string{name}, std::move(value)});
    return;
  }
  found->value = std::move(value);
  headers.erase(std::remove_if(found + 1, headers.end(), is_it), headers.end());
}

std::string redacted_url(std::string_view url) {
  const UrlParts parts = split_url(url);
  std::string out{parts.scheme};
  out.append("://").append(parts.host).append(parts.path.empty() ? "/" : parts.path);
  return out;
}

std::string redacted(const Request& request) {
  std::string out = request.method + ' ' + redacted_url(request.url);
  append_query(out, split_url(request.url).query);
  for (const Header& header : request.headers) {
    out.append("; ").append(header.name).append(": ").append(harmless(header.name) ? header.value : "(hidden)");
  }
  out.append("; body of ").append(std::to_string(request.body.size())).append(" bytes");
  return out;
}

}  // namespace leftfold::inline v0::http
