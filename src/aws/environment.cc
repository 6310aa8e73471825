// SPDX-License-Identifier: Apache-2.0
#include "aws/environment.h"

#include <unistd.h>

#include <leftfold/error.h>

#include "http/ascii.h"

namespace leftfold::inline v0::aws {

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (const auto equals = text.find('='); equals != text.npos) {
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return environment;
}

std::string_view value_of(const Environment& environment, std::string_view name) {
  const auto found = environment.find(std::string{name});
  return found == environment.end() ? std::string_view{} : std::string_view{found->second};
}

std::optional<bool> parse_switch(std::string_view text, std::string_view name) {
  if (text.empty()) return std::nullopt;
  if (http::equal_ignoring_case(text, "true")) return true;
  if (http::equal_ignoring_case(text, "false")) return false;
  throw Error{Errc::invalid_config,
              std::string{name}.append(": \"").append(text).append("\" is no switch; write true or false")};
}

}  // namespace leftfold::inline v0::aws
