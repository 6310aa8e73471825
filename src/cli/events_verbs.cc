// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr Flag kFrom{"--from", "", "N", "first event to show: start, end, or a number", false, ""};
constexpr Flag kType{"--type", "", "TYPE", "only events of this type; repeat it, or separate with commas", true, ""};
constexpr Flag kOutput{"--output", "-o", "FORM", "table, json, ndjson or raw (payloads only)", false, ""};
constexpr std::array<Flag, 6> kEventsRead{{
    {"--all", "", "", "all streams, in the store's order", false, ""},
    kFrom,
    kLimit,
    kType,
    {"--follow", "-f", "", "wait for more, until Ctrl-C", false, ""},
    kOutput,
}};
constexpr std::array<Flag, 4> kTail{{kFrom, kLimit, kType, kOutput}};

constexpr std::array<Verb, 2> kVerbs{{
    {"events read", read_events, "STREAM|--all", "print stored events", "events read --all --limit 20", kEventsRead, 1,
     "STREAM is an aggregate's id. --from counts versions of a stream, and positions with --all.\n"},
    {"tail", read_events, "", "print events as they are stored, until Ctrl-C", "tail --type CartCheckedOut", kTail, 0,
     "The same as events read --all --follow --from end.\n"},
}};

}  // namespace

std::span<const Verb> events_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
