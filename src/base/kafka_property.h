// SPDX-License-Identifier: Apache-2.0
// How environment variables name properties of librdkafka: for the module kafka and for settings, which also read them
// in a build without it.
#pragma once

#include <string>
#include <string_view>

namespace leftfold::inline v0::base {

inline constexpr std::string_view kKafkaPropertyPrefix = "LEFTFOLD_KAFKA__";

/// "LEFTFOLD_KAFKA__SECURITY_PROTOCOL" -> "security.protocol". The variable begins with the prefix.
[[nodiscard]] inline std::string kafka_property_of(std::string_view variable) {
  std::string property{variable.substr(kKafkaPropertyPrefix.size())};
  for (char& letter : property) {
    if (letter == '_') letter = '.';
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return property;
}

}  // namespace leftfold::inline v0::base
