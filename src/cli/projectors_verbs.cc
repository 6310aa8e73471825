// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/event_choice.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr Flag kEvery{"--all", "", "", "every subscription that is known", false, ""};
constexpr std::array<Flag, 2> kStatus{{
    {"--max-lag", "", "N", "end with 1 when one is more than N events behind", false, ""},
    kGroup,
}};
constexpr std::array<Flag, 6> kPause{{kEvery, kWhy, kAs, kDryRun, kYes, kGroup}};
constexpr std::array<Flag, 5> kResume{{kEvery, kAs, kDryRun, kYes, kGroup}};
constexpr std::array<Flag, 18> kReplay{{
    {"--event", "", "TYPE", "only events of this type; repeat it, or separate with commas", true, ""},
    {"--aggregate", "", "ID", "only events of this aggregate; repeat it", true, ""},
    kFrom,
    kTo,
    kSince,
    kUntil,
    {"--into", "", "WHERE", "shadow: tables beside those in use, then swapped in; or in-place", false, ""},
    {"--verify", "", "", "build a shadow, compare, remove it; ends with 1 when tables differ", false, ""},
    {"--rollback", "", "", "put the tables back that the last swap replaced", false, ""},
    {"--from-broker", "", "", "read Kafka and not the store", false, ""},
    {"--on-error", "", "WHAT", "stop, skip or park: what to do about an event that fails; stop", false, ""},
    {"--resume", "", "", "go on with the replay that was stopped", false, ""},
    {"--parallel", "", "N", "threads that read and handle; one a core", false, ""},
    {"--batch", "", "N", "events read in one go, and most in one transaction; 1000", false, ""},
    {"--rate", "", "N/s", "look at so many events a second at most", false, ""},
    kDryRun,
    kYes,
    kGroup,
}};

constexpr std::array<Verb, 5> kVerbs{{
    {"projectors status", show_status, "[NAME...]", "projectors and listeners: position, lag, paused, parked",
     "projectors status --max-lag 1000", kStatus, kManyOperands, ""},
    {"projectors pause", pause_subscriptions, "NAME...|--all", "handle nothing until resumed, in all processes",
     "projectors pause SendReceipt --why 'mail server moves'", kPause, kManyOperands,
     "NAME is a projector or a listener. The state is kept in the store and outlives processes.\n"},
    {"projectors resume", resume_subscriptions, "NAME...|--all", "go on where it was paused",
     "projectors resume SendReceipt", kResume, kManyOperands, ""},
    {"projectors restart", restart_subscriptions, "NAME...|--all", "end it and begin it anew from its checkpoint",
     "projectors restart SendReceipt", kResume, kManyOperands, "One that stopped at a failure begins again too.\n"},
    {"replay", replay_projectors, "[PROJECTOR...]", "let projectors handle stored events again",
     "replay HotProducts --dry-run", kReplay, kManyOperands,
     "Without names: every projector with a read model. All events go into a shadow, which is compared with the "
     "tables\n"
     "in use and swapped in while the service runs; chosen events are handled in place, on top of what the tables\n"
     "hold. Listeners are never replayed. --dry-run counts.\n",
     0, Needs::store, true},
}};

}  // namespace

std::span<const Verb> projectors_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
