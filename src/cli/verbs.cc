// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 13> kGlobal{{
    {"--store", "", "STORE", "where events are kept: sqlite:FILE, dynamodb: or memory:", false, "store"},
    {"--broker", "", "BROKER", "what brings events to handlers: embedded:, kafka: or none:", false, "broker"},
    {kPropertyFlag, "-X", "NAME=VALUE", "property of the Kafka client: security.protocol=ssl; repeat it", true, ""},
    {"--log-level", "", "LEVEL", "trace, debug, info, warn, error or off", false, "log_level"},
    {"--log-format", "", "FORMAT", "text or json", false, "log_format"},
    {"--config", "", "FILE", "file of settings; default: leftfold.toml, if it is there", false, "config"},
    {"--profile", "", "NAME", "which [profiles.NAME] of the file overrules the rest of it", false, "profile"},
    {"--load", "", "PATH", "a shared library of handlers; repeat it, or separate paths with commas", true, "load"},
    {"--json", "", "", "one JSON document on stdout (one line an event for tail)", false, ""},
    {"--quiet", "-q", "", "no hints, and no log lines below warn", false, ""},
    {"--verbose", "-v", "", "log lines from debug on; -vv from trace on", false, ""},
    {"--no-color", "", "", "no colours, as with NO_COLOR", false, ""},
    {"--help", "-h", "", "help, also for one command", false, ""},
}};

std::vector<Verb> all_verbs() {
  std::vector<Verb> all;
  for (const auto group :
       {project_verbs(), service_verbs(), events_verbs(), streams_verbs(), dlq_verbs(), breakers_verbs(),
        projectors_verbs(), broker_verbs(), publisher_verbs(), aggregate_verbs(), snapshots_verbs(), schema_verbs(),
        store_verbs(), bench_verbs(), config_verbs(), generate_verbs(), program_verbs()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace

std::span<const Flag> global_flags() noexcept { return kGlobal; }

std::span<const Verb> verbs() {
  static const std::vector<Verb> all = all_verbs();
  return all;
}

const Verb* find_verb(std::string_view name) {
  const auto all = verbs();
  const auto at = std::find_if(all.begin(), all.end(), [name](const Verb& verb) { return verb.name == name; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace leftfold::inline v0::cli
