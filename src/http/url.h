// SPDX-License-Identifier: Apache-2.0
// The parts of an address.
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::http {

/// Views into the address they were split from.
struct UrlParts {
  std::string_view scheme;  ///< "https"
  std::string_view host;    ///< with the port when the address names one, without user and password
  std::string_view path;    ///< from the first slash on; may be empty
  std::string_view query;   ///< without the question mark
};

/// Splits "scheme://user@host:port/path?query#fragment". Parts that are missing are empty; nothing is checked.
[[nodiscard]] UrlParts split_url(std::string_view url) noexcept;

/// What the Host header says: the host in lower case, and the port unless it is the scheme's own.
[[nodiscard]] std::string host_header(const UrlParts& url);

}  // namespace leftfold::inline v0::http
