// SPDX-License-Identifier: Apache-2.0
// Settings of snapshots.
#include <string>
#include <utility>
#include <vector>

#include "app/address.h"
#include "app/setting_spec.h"

namespace leftfold::inline v0::app {
namespace {

SettingSpec duration(std::string name, std::string variable, std::string help) {
  return {std::move(name),
          std::move(variable),
          std::move(help),
          "a duration such as 500ms, 10s or 5m, at most 24h",
          "0s",
          ValueKind::text,
          [](const Setting& s) { (void)duration_value(s); }};
}

}  // namespace

std::vector<SettingSpec> snapshot_specs() {
  return {
      {"snapshot.every", "LEFTFOLD_SNAPSHOT_EVERY",
       "a snapshot of an aggregate is taken when so many events lie behind the newest one; 0: not by number",
       "a number from 0 to 1000000", "0", ValueKind::integer, [](const Setting& s) { (void)count_value(s, 0); }},
      duration("snapshot.older_than", "LEFTFOLD_SNAPSHOT_OLDER_THAN",
               "or when the newest one is that old and something happened since; 0s: not by age"),
      duration("snapshot.slower_than", "LEFTFOLD_SNAPSHOT_SLOWER_THAN",
               "or when a load took longer; 0s: not by time. Without any of the three there are none"),
      duration("snapshot.at_most_every", "LEFTFOLD_SNAPSHOT_AT_MOST_EVERY",
               "but not before the newest one of the aggregate is that old; 0s: no limit"),
  };
}

}  // namespace leftfold::inline v0::app
