// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr Flag kName{"--name",        "", "NAME", "which publisher: those of one name share the work", false,
                     "publisher.name"};
constexpr Flag kUnpublishable{
    "--unpublishable",        "", "WHAT", "block or mark: what to do about an event that Kafka can never take", false,
    "publisher.unpublishable"};
constexpr Flag kEventRate{"--rate", "", "N/s", "look at so many events a second at most", false, ""};
constexpr Flag kSegments{"--segments", "", "N", "parts of the table, which processes share; 8", false, ""};
constexpr Flag kAfresh{"--afresh", "", "", "begin anew, although an earlier run was not finished", false, ""};
constexpr std::array<Flag, 6> kPublisherRun{{
    kName,
    {"--from", "", "WHERE", "stream, or poll: scan a small table again and again", false, "publisher.from"},
    kUnpublishable,
    kMetricsAddress,
    {"--metrics-file", "", "FILE", "write metrics there every 10 s, for a collector of text files", false, ""},
    {"--shutdown-timeout", "", "TIME", "how long events may be acknowledged after a stop: 30s", false,
     "shutdown_timeout"},
}};
constexpr std::array<Flag, 6> kReconcile{{kName, kUnpublishable, kEventRate, kSegments, kAfresh, kDryRun}};
constexpr std::array<Flag, 6> kSeedCursors{{kName, kEventRate, kSegments, kAfresh, kDryRun, kYes}};
constexpr std::array<Flag, 1> kPublisherStatus{{kName}};

constexpr std::array<Verb, 4> kVerbs{{
    {"publisher run", run_publisher, "", "send stored events to Kafka until Ctrl-C",
     "publisher run --store dynamodb:", kPublisherRun, 0,
     "Several of one name share the work; when one dies the others take over. The first Ctrl-C or SIGTERM waits for "
     "what\n"
     "is on the way. Under systemd it says when it is ready and that it is alive (Type=notify, WatchdogSec).\n"},
    {"publisher reconcile", reconcile_published, "", "find events that were never published, and publish them",
     "publisher reconcile --store dynamodb: --dry-run", kReconcile, 0,
     "For the first start on a table with a history, and after an outage of more than 24 hours. It may run beside\n"
     "publishers, and goes on where it was stopped.\n"},
    {"publisher seed-cursors", seed_published, "", "let only what is stored from now on be published",
     "publisher seed-cursors --store dynamodb:", kSeedCursors, 0,
     "What is stored already will never be published, unless its cursors are removed.\n"},
    {"publisher status", show_publisher_status, "", "what is published by whom, and how far",
     "publisher status --store dynamodb:", kPublisherStatus, 0, ""},
}};

}  // namespace

std::span<const Verb> publisher_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
