// SPDX-License-Identifier: Apache-2.0
#include "aws/profiles.h"

#include "aws/small_file.h"

namespace leftfold::inline v0::aws {
namespace {

std::string path_of(const Environment& environment, std::string_view variable, const char* at_home) {
  const std::string home{value_of(environment, "HOME")};
  std::string path{value_of(environment, variable)};
  if (path.empty()) return home + at_home;
  if (path.starts_with("~/")) path.replace(0, 1, home);
  return path;
}

std::string_view after(std::string_view name, std::string_view kind) {
  return name.starts_with(kind) ? name.substr(kind.size()) : std::string_view{};
}

}  // namespace

Profiles::Profiles(const Environment& environment, std::string_view chosen)
    : config_file_{path_of(environment, "AWS_CONFIG_FILE", "/.aws/config")},
      credentials_file_{path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials")},
      chosen_{chosen.empty() ? value_of(environment, "AWS_PROFILE") : chosen},
      by_name_{!chosen_.empty()} {
  if (!by_name_) chosen_ = "default";
  for (auto& [name, section] : parse_ini(read_small_file(config_file_).value_or(""), config_file_)) {
    if (const auto service = after(name, "services "); !service.empty()) {
      services_[std::string{service}] = section;
    } else if (const auto profile = after(name, "profile "); !profile.empty()) {
      // "[profile default]" goes before "[default]"
      for (const auto& [key, value] : section.values) profiles_[std::string{profile}].insert_or_assign(key, value);
      profiles_.try_emplace(std::string{profile});
    } else if (name == "default") {
      for (const auto& [key, value] : section.values) profiles_[name].try_emplace(key, value);
      profiles_.try_emplace(name);
    }
  }
  for (auto& [name, section] : parse_ini(read_small_file(credentials_file_).value_or(""), credentials_file_)) {
    IniValues& values = profiles_[name];
    // Keys of one file are never mixed with those of the other.
    if (section.values.contains("aws_access_key_id")) values.erase("aws_session_token");
    for (const auto& [key, value] : section.values) values.insert_or_assign(key, value);
  }
}

std::string Profiles::get(const std::string& profile, const std::string& key) const {
  const auto found = profiles_.find(profile);
  if (found == profiles_.end()) return {};
  const auto value = found->second.find(key);
  return value == found->second.end() ? std::string{} : value->second;
}

std::string Profiles::of_service(const std::string& profile, const std::string& service, const std::string& key) const {
  const auto section = services_.find(get(profile, "services"));
  if (section == services_.end()) return {};
  const auto values = section->second.nested.find(service);
  if (values == section->second.nested.end()) return {};
  const auto value = values->second.find(key);
  return value == values->second.end() ? std::string{} : value->second;
}

}  // namespace leftfold::inline v0::aws
