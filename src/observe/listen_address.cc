// SPDX-License-Identifier: Apache-2.0
#include "observe/listen_address.h"

#include <algorithm>
#include <charconv>

namespace leftfold::inline v0::observe {
namespace {

bool is_host(std::string_view host, bool v6) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [v6](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '.' || (v6 ? c == ':' || c == '%' : c == '-' || c == '_');
  });
}

}  // namespace

std::optional<ListenAddress> listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool v6 = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (v6) host = host.substr(1, host.size() - 2);
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool is_port = !port.empty() && error == std::errc{} && end == port.data() + port.size() && number >= 0 &&
                       number <= 65'535 && port.front() != '-';
  if (!is_port || !is_host(host, v6)) return std::nullopt;
  return ListenAddress{std::string{host}, number};
}

std::string to_string(const ListenAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace leftfold::inline v0::observe
