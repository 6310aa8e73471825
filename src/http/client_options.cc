// SPDX-License-Identifier: Apache-2.0
#include "http/client_options.h"

#include <initializer_list>

namespace leftfold::inline v0::http {
namespace {

std::string first_of(const std::map<std::string, std::string>& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = environment.find(name);
    if (found != environment.end() && !found->second.empty()) return found->second;
  }
  return {};
}

}  // namespace

Proxies proxies_from(const std::map<std::string, std::string>& environment) {
  return {.http = first_of(environment, {"http_proxy", "all_proxy", "ALL_PROXY"}),
          .https = first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}),
          .no_proxy = first_of(environment, {"no_proxy", "NO_PROXY"})};
}

}  // namespace leftfold::inline v0::http
