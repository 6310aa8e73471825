// SPDX-License-Identifier: Apache-2.0
// One HTTP request, as data.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leftfold::inline v0::http {

/// One header line. Names compare without regard to case.
struct Header {
  std::string name = {};
  std::string value = {};
};

/// The value of the first header called `name`; empty when there is none.
[[nodiscard]] std::optional<std::string_view> find_header(const std::vector<Header>& headers, std::string_view name);
/// Replaces every header called `name` by one; adds it at the end when there is none.
void set_header(std::vector<Header>& headers, std::string_view name, std::string value);

/// A request that may take as long as it likes; only a stop or the connection's end ends it.
inline constexpr std::chrono::milliseconds kNoTimeout = std::chrono::milliseconds::max();

/// A request. Plain value. Host and Content-Length are added when it is sent.
struct Request {
  std::string method = "GET";
  std::string url = {};  ///< http or https; path and query already percent-encoded
  std::vector<Header> headers = {};
  std::string body = {};
  std::optional<std::chrono::milliseconds> timeout = {};  ///< from first to last byte; else the client's total_timeout
};

/// The request for a log line: method, address without user, password and query values, header names, and the values of
/// headers known to hold no secret. Never the body, Authorization, a token or a cookie.
[[nodiscard]] std::string redacted(const Request& request);
/// "scheme://host:port/path" of `url`, without user, password, query and fragment: how messages name an address.
[[nodiscard]] std::string redacted_url(std::string_view url);

}  // namespace leftfold::inline v0::http
