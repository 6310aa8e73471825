// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 1> kBreakersLs{{kGroup}};
constexpr std::array<Flag, 4> kBreakersChange{{
    kWhy,
    kAs,
    {"--new", "", "", "NAME is a breaker that has no record yet", false, ""},
    kGroup,
}};

constexpr std::array<Verb, 5> kVerbs{{
    {"breakers ls", list_breakers, "", "circuit breakers as the processes share them", "breakers ls", kBreakersLs, 0,
     ""},
    {"breakers show", show_breaker, "NAME", "one circuit breaker: its state, who votes, who probes",
     "breakers show SendReceipt", kBreakersLs, 1, "", 1},
    {"breakers open", open_breaker, "NAME", "let no call through, in all processes, until it is closed",
     "breakers open SendReceipt --why 'mail server moves'", kBreakersChange, 1, "", 1},
    {"breakers close", close_breaker, "NAME", "let calls through again, in all processes", "breakers close SendReceipt",
     kBreakersChange, 1, "", 1},
    {"breakers reset", reset_breaker, "NAME", "close it as if it had never opened", "breakers reset SendReceipt",
     kBreakersChange, 1, "", 1},
}};

}  // namespace

std::span<const Verb> breakers_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
