// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr Flag kEventType{"--event-type", "", "TYPE", "whose first letter is an event of this type", false, ""};
constexpr Flag kErrorType{"--error-type", "", "TYPE", "whose first letter failed with this C++ type", false, ""};
constexpr Flag kAggregate{"--aggregate", "", "ID", "of this aggregate alone", false, ""};
constexpr Flag kPayload{"--payload", "", "", "show payloads too", false, ""};
constexpr Flag kAll{"--all", "", "", "all of the handler", false, ""};
constexpr std::array<Flag, 6> kDlqLs{{
    {"--handler", "", "NAME", "of this handler alone", false, ""},
    kAggregate,
    kEventType,
    kErrorType,
    kLimit,
    kGroup,
}};
constexpr std::array<Flag, 2> kDlqShow{{kPayload, kGroup}};
constexpr std::array<Flag, 1> kDlqStats{{kGroup}};
constexpr std::array<Flag, 3> kDlqHistory{{kPayload, kLimit, kGroup}};
constexpr std::array<Flag, 9> kDlqRetry{{
    kAll,
    kEventType,
    kErrorType,
    {"--rate", "", "N/s", "at most so many aggregates a second", false, ""},
    {"--no-canary", "", "", "go on although the first aggregate failed again", false, ""},
    {"--wait", "", "TIME", "for the service's answer about the first one: 30s", false, ""},
    kDryRun,
    kYes,
    kGroup,
}};
constexpr std::array<Flag, 5> kDlqSkip{{kWhy, kAs, kDryRun, kYes, kGroup}};
constexpr std::array<Flag, 8> kDlqEdit{{
    {"--payload", "", "JSON", "the new payload", false, ""},
    {"--file", "", "FILE", "read it from a file; - is stdin, as without both", false, ""},
    {"--retry", "", "", "then re-drive the aggregate", false, ""},
    kWhy,
    kAs,
    kDryRun,
    kYes,
    kGroup,
}};
constexpr std::array<Flag, 8> kDlqPurge{{kAll, kEventType, kErrorType, kWhy, kAs, kDryRun, kYes, kGroup}};
constexpr std::array<Flag, 4> kDlqExport{{kAggregate, kEventType, kErrorType, kGroup}};
constexpr std::array<Flag, 5> kDlqImport{{kWhy, kAs, kDryRun, kYes, kGroup}};
constexpr std::string_view kCountsFirst =
    "The exact count is shown first; then it asks, or needs --yes when nobody can be asked.\n";

constexpr std::array<Verb, 10> kVerbs{{
    {"dlq ls", list_letters, "", "aggregates with events that could not be handled", "dlq ls --handler SendReceipt",
     kDlqLs, 0, ""},
    {"dlq show", show_letters, "HANDLER AGGREGATE", "the parked events of an aggregate, in order",
     "dlq show SendReceipt cart-42", kDlqShow, 2, "", 2},
    {"dlq stats", show_letter_stats, "", "how many are parked, by handler, event and error", "dlq stats", kDlqStats, 0,
     ""},
    {"dlq history", show_history, "HANDLER [AGGREGATE]", "who skipped, edited, discarded or imported what",
     "dlq history SendReceipt", kDlqHistory, 2, "", 1},
    {"dlq retry", retry_letters, "HANDLER AGGREGATE...|--all", "handle parked events again, in order",
     "dlq retry SendReceipt cart-42", kDlqRetry, kManyOperands,
     "In the program that has the handler it is called here; lfold asks the running service. Of several aggregates "
     "the\n"
     "first one has to work before the others are touched.\n",
     1, Needs::store, false, false, true},
    {"dlq skip", skip_letter, "HANDLER AGGREGATE", "give up the first parked event of an aggregate",
     "dlq skip SendReceipt cart-42 --why 'sent by hand'", kDlqSkip, 2, kCountsFirst, 2},
    {"dlq edit", edit_letter, "HANDLER AGGREGATE VERSION", "give a parked event another payload, for this handler",
     "dlq edit SendReceipt cart-42 3 --payload '{\"to\":\"a@b.example\"}' --why 'typo in the address'", kDlqEdit, 3,
     "The stored event stays as it is. Before and after are kept in the history.\n", 3},
    {"dlq purge", purge_letters, "HANDLER AGGREGATE...|--all", "discard parked events unhandled",
     "dlq purge SendReceipt --all --why 'test data' --dry-run", kDlqPurge, kManyOperands, kCountsFirst, 1},
    {"dlq export", export_letters, "[HANDLER]", "print parked events as JSON lines",
     "dlq export SendReceipt > letters.jsonl", kDlqExport, 1, ""},
    {"dlq import", import_letters, "FILE", "park exported events again", "dlq import letters.jsonl --why 'moved here'",
     kDlqImport, 1, "Pause the subscription first. FILE - is stdin. Letters that are there already stay as they are.\n",
     1},
}};

}  // namespace

std::span<const Verb> dlq_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
