// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 2> kRemove{{kDryRun, kYes}};

constexpr std::array<Verb, 2> kVerbs{{
    {"snapshots show",
     show_snapshot,
     "TYPE ID",
     "the snapshot of an aggregate",
     "snapshots show Cart cart-42",
     {},
     2,
     "",
     2,
     Needs::store,
     true},
    {"snapshots rm", remove_snapshots, "TYPE ID...", "forget snapshots: the next load folds all events",
     "snapshots rm Cart cart-42", kRemove, kManyOperands,
     "Events are not touched. Snapshots that another version of the program took of its own state stay.\n", 2,
     Needs::store, true},
}};

}  // namespace

std::span<const Verb> snapshots_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
