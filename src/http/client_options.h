// SPDX-License-Identifier: Apache-2.0
// How a Client connects.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace leftfold::inline v0::http {

/// Which proxy serves which scheme; empty means none.
struct Proxies {
  std::string http = {};      ///< for http:// addresses, as "http://proxy:3128"
  std::string https = {};     ///< for https:// addresses, by CONNECT
  std::string no_proxy = {};  ///< hosts and domains that are reached directly, by commas; "*" is all
};

/// The proxies of http_proxy (lower case alone: CGI programs get HTTP_PROXY from whoever calls them), HTTPS_PROXY,
/// ALL_PROXY and NO_PROXY, the latter three in either case, lower case first.
[[nodiscard]] Proxies proxies_from(const std::map<std::string, std::string>& environment);

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{3'000};  ///< resolving, connecting and TLS together
  std::chrono::milliseconds total_timeout{30'000};   ///< the whole request; kNoTimeout: none
  std::chrono::seconds idle_timeout{50};             ///< a connection idle for longer is not used again
  std::size_t max_response_bytes = std::size_t{32} * 1024 * 1024;
  bool verify_tls = true;
  std::string ca_bundle = {};  ///< PEM file of the certificate authorities to trust; empty: the system's
  std::string user_agent = "leftfold";
  Proxies proxies = {};
};

}  // namespace leftfold::inline v0::http
