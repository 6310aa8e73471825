// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/event_choice.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 3> kList{{
    {"--type", "", "TYPE", "only streams with an event of this type; repeat it, or separate with commas", true, ""},
    {"--sort", "", "BY", "name, events (the most first), size (the largest first) or age (the oldest first)", false,
     ""},
    kLimit,
}};
constexpr std::array<Flag, 1> kShow{{kLimit}};

constexpr std::array<Verb, 2> kVerbs{{
    {"streams ls", list_streams, "[PREFIX]", "the streams, with their sizes", "streams ls cart- --sort events", kList,
     1,
     "A look at every event, with a row in memory for each stream; of dynamodb: a scan, which reads, and costs, the\n"
     "whole table.\n"},
    {"streams show", show_stream, "STREAM", "one stream: size, types, and the time between its events",
     "streams show cart-42", kShow, 1, "--limit leaves the older events out of the list.\n", 1},
}};

}  // namespace

std::span<const Verb> streams_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
