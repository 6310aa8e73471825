// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 4> kShow{{
    {"--at-version", "", "N", "as it was just after its event N; the first one is 0", false, ""},
    {"--at", "", "TIME", "as it was then: 2026-11-23T09:00:00Z, or 15m ago: 15m", false, ""},
    {"--diff", "", "A..B", "what is different between two versions", false, ""},
    {"--steps", "", "", "each event, and what it changed", false, ""},
}};

constexpr std::array<Verb, 2> kVerbs{{
    {"aggregate ls",
     list_aggregates,
     "",
     "the types of aggregates",
     "aggregate ls",
     {},
     0,
     "",
     0,
     Needs::nothing,
     true},
    {"aggregate show", show_aggregate, "TYPE ID", "the state of an aggregate, now or then, as JSON",
     "aggregate show Cart cart-42 --at-version 3", kShow, 2,
     "It is made of the stored events by the program's own code; snapshots are not looked at. No command runs, "
     "nothing\n"
     "is stored. With --steps, --at-version and --at say where to end.\n",
     2, Needs::store, true},
}};

}  // namespace

std::span<const Verb> aggregate_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
