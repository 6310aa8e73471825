// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 1> kStatus{{kGroup}};

constexpr std::array<Verb, 1> kVerbs{{
    {"broker status", show_broker, "", "which broker, its partitions, and how far each subscription is",
     "broker status --broker kafka:", kStatus, 0,
     "Known are the handlers of the program and what left a trace in the store; of Kafka, where lfold does not know "
     "the\n"
     "listeners, their program tells more.\n"},
}};

}  // namespace

std::span<const Verb> broker_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
