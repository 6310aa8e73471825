// SPDX-License-Identifier: Apache-2.0
// Where a server listens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leftfold::inline v0::observe {

struct ListenAddress {
  std::string host;  ///< without the brackets of IPv6
  int port = 0;
};

/// Reads HOST:PORT, with [..] around an IPv6 address. Empty for what is none.
[[nodiscard]] std::optional<ListenAddress> listen_address(std::string_view text);
/// The same as text.
[[nodiscard]] std::string to_string(const ListenAddress& address);

}  // namespace leftfold::inline v0::observe
