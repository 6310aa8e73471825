// SPDX-License-Identifier: Apache-2.0
#include "aws/region.h"

#include <algorithm>

#include <leftfold/error.h>

namespace leftfold::inline v0::aws {

void check_region(const std::string& region, std::string_view place) {
  const bool letters =
      std::ranges::all_of(region, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (letters && !region.empty() && region.size() <= 63 && !region.starts_with('-') && !region.ends_with('-')) return;
  throw Error{Errc::invalid_config,
              std::string{place} + ": \"" + region + "\" is no region; write one like eu-central-1"};
}

std::optional<std::string> configured_region(const std::string& given, const Environment& environment,
                                             const Profiles& profiles) {
  const std::pair<std::string, std::string> places[] = {
      {given, "the region given"},
      {std::string{value_of(environment, "AWS_REGION")}, "AWS_REGION"},
      {std::string{value_of(environment, "AWS_DEFAULT_REGION")}, "AWS_DEFAULT_REGION"},
      {profiles.get(profiles.chosen(), "region"), "region of profile " + profiles.chosen()},
  };
  for (const auto& [region, place] : places) {
    if (region.empty()) continue;
    check_region(region, place);
    return region;
  }
  return std::nullopt;
}

}  // namespace leftfold::inline v0::aws
