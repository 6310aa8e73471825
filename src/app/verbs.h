// SPDX-License-Identifier: Apache-2.0
// The verbs every program has on its command line; its own commands must be called something else.
#pragma once

#include <array>
#include <string_view>

namespace leftfold::inline v0::app {

inline constexpr std::array<std::string_view, 23> kVerbs{
    "run",        "handlers", "events",    "append",    "streams",   "tail",   "dlq",   "breakers",
    "projectors", "replay",   "publisher", "aggregate", "snapshots", "schema", "check", "store",
    "config",     "doctor",   "generate",  "help",      "version",   "bench",  "broker"};

}  // namespace leftfold::inline v0::app
