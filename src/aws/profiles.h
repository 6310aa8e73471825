// SPDX-License-Identifier: Apache-2.0
// The shared config and credentials files.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "aws/environment.h"
#include "aws/ini.h"

namespace leftfold::inline v0::aws {

/// What both files say, as it was when they were read. Immutable.
class Profiles {
 public:
  /// Reads AWS_CONFIG_FILE (~/.aws/config) and AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials); a file that does not
  /// exist says nothing. `chosen` goes before AWS_PROFILE. Throws Error as parse_ini and read_small_file do.
  Profiles(const Environment& environment, std::string_view chosen);

  /// The chosen profile: by argument, AWS_PROFILE, or "default".
  [[nodiscard]] const std::string& chosen() const noexcept { return chosen_; }
  /// It was asked for by name, so it must exist.
  [[nodiscard]] bool chosen_by_name() const noexcept { return by_name_; }
  [[nodiscard]] bool has(const std::string& profile) const { return profiles_.contains(profile); }
  /// Empty when the profile lacks it. The credentials file goes before the config file.
  [[nodiscard]] std::string get(const std::string& profile, const std::string& key) const;
  /// A key of the profile's services section: service("dynamodb", "endpoint_url").
  [[nodiscard]] std::string of_service(const std::string& profile, const std::string& service,
                                       const std::string& key) const;
  /// Both files' paths, for messages.
  [[nodiscard]] std::string files() const { return config_file_ + " and " + credentials_file_; }

 private:
  std::string config_file_;
  std::string credentials_file_;
  std::string chosen_;
  bool by_name_;
  std::map<std::string, IniValues> profiles_;
  std::map<std::string, IniSection> services_;
};

}  // namespace leftfold::inline v0::aws
