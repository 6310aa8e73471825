// SPDX-License-Identifier: Apache-2.0
#include "app/redaction.h"

#include <algorithm>
#include <array>

namespace leftfold::inline v0::app {
namespace {

// sasl.oauthbearer.config and sasl.jaas.config hold passwords; ssl.*.pem are keys and certificates in full.
constexpr std::array<std::string_view, 10> kSecretParts{
    "password", "passphrase", "passwd", "secret", "token", "key", "credential", "pem", "oauthbearer.config", "jaas"};
// Names in which one of these stands for something else.
constexpr std::array<std::string_view, 3> kOpen{"ssl.key.location", "ssl.keystore.location",
                                                "sasl.oauthbearer.token.endpoint.url"};

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// The password of an address; empty when there is none.
std::string_view password_in(std::string_view value) {
  const std::size_t scheme = value.find("://");
  if (scheme == value.npos) return {};
  const std::string_view rest = value.substr(scheme + 3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = host.rfind('@');
  const std::size_t colon = host.substr(0, at).find(':');
  return at == host.npos || colon == host.npos ? std::string_view{} : host.substr(colon + 1, at - colon - 1);
}

}  // namespace

bool is_secret(std::string_view name) {
  const std::string text = lower(name);
  if (std::any_of(kOpen.begin(), kOpen.end(), [&](std::string_view open) { return text.ends_with(open); }))
    return false;
  return std::any_of(kSecretParts.begin(), kSecretParts.end(),
                     [&](std::string_view part) { return text.find(part) != text.npos; });
}

std::string redacted(std::string_view name, std::string_view value) {
  if (is_secret(name)) return std::string{value.empty() ? value : kHidden};
  std::string shown{value};
  if (const std::string_view password = password_in(value); !password.empty()) {
    shown.replace(static_cast<std::size_t>(password.data() - value.data()), password.size(), kHidden);
  }
  return shown;
}

}  // namespace leftfold::inline v0::app
