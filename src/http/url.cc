// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include "http/ascii.h"

namespace leftfold::inline v0::http {

UrlParts split_url(std::string_view url) noexcept {
  UrlParts parts;
  url = url.substr(0, url.find('#'));
  if (const auto colon = url.find("://"); colon != url.npos) {
    parts.scheme = url.substr(0, colon);
    url.remove_prefix(colon + 3);
  }
  if (const auto question = url.find('?'); question != url.npos) {
    parts.query = url.substr(question + 1);
    url = url.substr(0, question);
  }
  if (const auto slash = url.find('/'); slash != url.npos) {
    parts.path = url.substr(slash);
    url = url.substr(0, slash);
  }
  const auto at = url.rfind('@');
  parts.host = at == url.npos ? url : url.substr(at + 1);
  return parts;
}

std::string host_header(const UrlParts& url) {
  std::string host;
  host.reserve(url.host.size());
  for (const char letter : url.host) host.push_back(lower(letter));
  const std::string_view own_port = equal_ignoring_case(url.scheme, "https") ? ":443" : ":80";
  if (host.ends_with(own_port)) host.resize(host.size() - own_port.size());
  return host;
}

}  // namespace leftfold::inline v0::http
