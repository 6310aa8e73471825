// SPDX-License-Identifier: Apache-2.0
// Flags that verbs of several kinds take, each with one meaning.
#pragma once

#include <string_view>

#include "cli/verbs.h"

namespace leftfold::inline v0::cli {

inline constexpr Flag kLimit{"--limit", "", "N", "end after so many events", false, ""};
inline constexpr Flag kGroup{"--group", "",     "NAME", "whose handlers: the group that goes before their names",
                             false,     "group"};
inline constexpr Flag kWhy{"--why", "", "TEXT", "the reason, kept with the change", false, ""};
inline constexpr Flag kAs{"--as", "", "WHO", "who makes the change; else user@host:pid", false, ""};
inline constexpr Flag kMetricsAddress{
    "--metrics-addr", "", "HOST:PORT", "answer /metrics, /livez, /readyz and /healthz there", false, "metrics_addr"};
inline constexpr Flag kDryRun{"--dry-run", "", "", "show what would be touched and end", false, ""};
inline constexpr Flag kYes{"--yes", "", "", "do not ask; needed when nobody can be asked", false, ""};

}  // namespace leftfold::inline v0::cli
