// SPDX-License-Identifier: Apache-2.0
#include "app/settings_reference.h"

#include <array>

#include <leftfold/error.h>

#include "app/setting_spec.h"

namespace leftfold::inline v0::app {
namespace {

struct Group {
  std::string_view name;
  std::string_view begin;  // of its settings' names
};
constexpr std::array<Group, 5> kTables{{{"kafka", "kafka."},
                                        {"publisher", "publisher."},
                                        {"snapshot", "snapshot."},
                                        {"observe", "metrics_"},
                                        {"observe", "health."}}};

std::string_view group_of(const SettingSpec& spec) {
  for (const Group& group : kTables) {
    if (spec.name.starts_with(group.begin)) return group.name;
  }
  return spec.apply ? "failures" : "general";
}

/// A default that is no fixed text is told in words.
std::string default_of(const SettingSpec& spec) {
  if (spec.name == "store") return "`sqlite:NAME.db`, after the program; none for `lfold`";
  if (spec.name == "kafka.replication") return "the brokers' own";
  if (spec.name == "kafka.log_level") return "as `LEFTFOLD_LOG_LEVEL`";
  return spec.value.empty() ? "none" : "`" + spec.value + "`";
}

}  // namespace

std::vector<std::string_view> setting_groups() {
  return {"general", "kafka", "publisher", "snapshot", "observe", "failures"};
}

std::string settings_table(std::string_view group) {
  std::string rows;
  for (const SettingSpec& spec : setting_specs()) {
    if (group_of(spec) != group) continue;
    rows += "| `" + spec.variable + "` | " + default_of(spec) + " | `" + spec.name + "` | " + spec.help + " | " +
            spec.allowed + " |\n";
  }
  if (rows.empty()) throw Error{Errc::invalid_argument, "there is no group of settings \"" + std::string{group} + "\""};
  return "| variable | default | setting | what it is | values |\n| --- | --- | --- | --- | --- |\n" + rows;
}

}  // namespace leftfold::inline v0::app
