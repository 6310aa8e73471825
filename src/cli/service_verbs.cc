// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 6> kRun{{
    {"--only", "", "NAME", "only this handler; repeat it, or separate names with commas", true, ""},
    {"--group", "", "NAME", "whose checkpoints: one group a service", false, "group"},
    {"--workers", "", "N", "threads of a listener that may run in parallel", false, "workers"},
    {"--max-in-flight", "", "N", "events of a listener taken and not finished", false, "max_in_flight"},
    kMetricsAddress,
    {"--shutdown-timeout", "", "TIME", "how long handlers may finish after a stop: 30s", false, "shutdown_timeout"},
}};

constexpr std::array<Verb, 2> kVerbs{{
    {"run", run_handlers, "", "run the listeners and projectors until Ctrl-C", "run --store sqlite:orders.db", kRun, 0,
     "The first Ctrl-C or SIGTERM stops taking events and lets handlers finish; a second one ends at once.\n", 0,
     Needs::store, true},
    {"handlers",
     list_handlers,
     "",
     "which events reach which handlers",
     "handlers",
     {},
     0,
     "",
     0,
     Needs::nothing,
     true},
}};

}  // namespace

std::span<const Verb> service_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
