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

/// The password of an address, which begins behind its "://"; empty when there is none.
std::string_view password_in(std::string_view address) {
  std::string_view host = address.substr(0, address.find_first_of("/?#"));
  const std::size_t colon = host.find(':');
  if (colon == host.npos) return {};
  // What is no port is a password with a '/' in it that nobody encoded.
  const bool port = host.find_first_not_of("0123456789", colon + 1) == host.npos;
  if (!port && host.find('@') == host.npos) host = address;
  const std::size_t at = host.rfind('@');
  return at == host.npos || at < colon ? std::string_view{} : host.substr(colon + 1, at - colon - 1);
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
  return without_passwords(value);
}

std::string without_passwords(std::string_view text) {
  constexpr std::string_view kScheme = "://";
  std::string shown;
  for (std::size_t scheme = text.find(kScheme); scheme != text.npos; scheme = text.find(kScheme)) {
    shown += text.substr(0, scheme + kScheme.size());
    text.remove_prefix(scheme + kScheme.size());
    std::string_view address = text.substr(0, text.find_first_of(" \t\n\""));
    const std::size_t next = address.find(kScheme);
    if (next != address.npos) address = address.substr(0, address.rfind(',', next));  // several in a list
    if (const std::string_view password = password_in(address); !password.empty()) {
      const auto before = static_cast<std::size_t>(password.data() - text.data());
      shown += text.substr(0, before);
      shown += kHidden;
      text.remove_prefix(before + password.size());
    }
  }
  return shown += text;
}

}  // namespace leftfold::inline v0::app
