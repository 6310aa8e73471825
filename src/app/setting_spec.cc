// SPDX-License-Identifier: Apache-2.0
#include "app/setting_spec.h"

#include <utility>

#include "app/address.h"

namespace leftfold::inline v0::app {
namespace {

std::vector<SettingSpec> general_specs() {
  const auto count = [](const Setting& s) { (void)count_value(s); };
  const auto text = [](const Setting& s) {
    if (s.value.empty()) refuse(s);
  };
  const std::string a_count = "a number from 1 to 1000000";
  // The names KAFKA_... are those of the system this one follows: a deployment keeps its variables.
  return {
      {"store", "LEFTFOLD_STORE", "where events are kept", "memory:, sqlite:FILE or dynamodb:", "", ValueKind::text,
       [](const Setting& s) { (void)store_address(s); }},
      {"broker", "LEFTFOLD_BROKER", "what brings events to handlers", "embedded: (the store itself), kafka: or none:",
       "embedded:", ValueKind::text, [](const Setting& s) { (void)broker_kind(s); }},
      {"group", "KAFKA_GROUP_ID", "whose checkpoints: one group a service", "a name that is not empty", "example-group",
       ValueKind::text, text},
      {"workers", "KAFKA_CONSUMER_MAX_PARALLEL_HANDLES", "threads of a listener that may run in parallel", a_count,
       "10", ValueKind::integer, count},
      {"max_in_flight", "KAFKA_CONSUMER_MAX_QUEUE_SIZE", "events of a listener taken and not finished", a_count, "30",
       ValueKind::integer, count},
      {"log_level", "LEFTFOLD_LOG_LEVEL", "least important lines to log", "trace, debug, info, warn, error or off",
       "info", ValueKind::text, [](const Setting& s) { (void)log_level_value(s); }},
      {"log_format", "LEFTFOLD_LOG_FORMAT", "form of log lines", "text or json", "text", ValueKind::text,
       [](const Setting& s) { (void)log_format_value(s); }},
      {"log_time", "LEFTFOLD_LOG_TIME",
       "whether lines of text begin with the time; auto: unless systemd's journal notes it", "auto, always or never",
       "auto", ValueKind::text, [](const Setting& s) { (void)log_time_value(s); }},
      {"shutdown_timeout", "LEFTFOLD_SHUTDOWN_TIMEOUT", "how long handlers may finish after a stop",
       "a duration such as 500ms, 10s or 5m, at most 24h", "30s", ValueKind::text,
       [](const Setting& s) { (void)duration_value(s); }},
      {"config", "LEFTFOLD_CONFIG", "file of settings, in TOML; the default may be missing", "the path of a file",
       "leftfold.toml", ValueKind::text, text},
      {"profile", "LEFTFOLD_PROFILE", "which [profiles.NAME] of the file overrules the rest of it",
       "the name of a profile in the file", "", ValueKind::text,
       [](const Setting& s) {
         if (!is_left_out(s) && s.value.empty()) refuse(s);
       }},
      {"load", "LEFTFOLD_LOAD", "shared libraries with more handlers",
       "paths with commas between them; in the file a list of texts", "", ValueKind::list,
       [](const Setting& s) { (void)list_value(s); }},
  };
}

}  // namespace

int origin_strength(std::string_view origin) noexcept {
  if (origin.starts_with("flag ")) return 5;
  if (origin.starts_with("environment ")) return 4;
  if (origin.starts_with("profile ")) return kProfileStrength;
  if (origin.starts_with("file ")) return kFileStrength;
  return origin == "default" ? 0 : kProgramStrength;
}

std::span<const SettingSpec> setting_specs() {
  static const std::vector<SettingSpec>& all = *new std::vector<SettingSpec>{[] {  // never destroyed: settings view it
    std::vector<SettingSpec> specs = general_specs();
    for (SettingSpec& spec : kafka_specs()) specs.push_back(std::move(spec));
    for (SettingSpec& spec : publisher_specs()) specs.push_back(std::move(spec));
    for (SettingSpec& spec : snapshot_specs()) specs.push_back(std::move(spec));
    for (SettingSpec& spec : observe_specs()) specs.push_back(std::move(spec));
    for (SettingSpec& spec : failure_specs()) specs.push_back(std::move(spec));
    return specs;
  }()};
  return all;
}

}  // namespace leftfold::inline v0::app
