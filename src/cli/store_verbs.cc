// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/event_choice.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 5> kStoreCopy{{
    {"--from", "", "STORE", "where the events are: sqlite:FILE or dynamodb:", false, ""},
    {"--to", "", "STORE", "where they go", false, ""},
    kDryRun,
    {"--verify", "", "", "copy nothing, compare the two stores", false, ""},
    {"--proof", "", "FILE", "write a line with the hash of each aggregate there", false, ""},
}};
constexpr std::array<Flag, 9> kStoreExport{{
    {"--file", "", "FILE", "write them there; - is stdout, as without it", false, ""},
    {"--aggregate", "", "ID", "only events of this aggregate; repeat it", true, ""},
    kFrom,
    kTo,
    kSince,
    kUntil,
    kType,
    kWhere,
    kStreamPrefix,
}};
constexpr std::array<Flag, 3> kStats{{kSince, kUntil, kStreamPrefix}};
constexpr std::array<Flag, 3> kTop{{
    {"--type", "", "TYPE", "only streams with an event of this type; repeat it, or separate with commas", true, ""},
    {"--sort", "", "BY", "size, events, age or name; size without it", false, ""},
    {"--limit", "", "N", "so many streams; 20 without it", false, ""},
}};
constexpr std::array<Flag, 1> kStoreImport{{kDryRun}};

constexpr std::array<Verb, 9> kVerbs{{
    {"store init",
     init_store,
     "",
     "make a store's file or tables",
     "store init --store sqlite:shop.db",
     {},
     0,
     "Programs make what is missing at first use too; this does it before, with the rights that takes. What is there\n"
     "stays, and a file of an older format gets the tables it lacks.\n"},
    {"store status", show_store_status, "", "where a store is, how large, and how far", "store status", {}, 0, ""},
    {"store stats", show_store_stats, "", "events by type and by day", "store stats --since 7d", kStats, 0,
     "A look at every event; of dynamodb: a scan, which reads, and costs, the whole table.\n"},
    {"store top", show_top_streams, "[PREFIX]", "the largest streams", "store top --sort events", kTop, 1,
     "The same as streams ls --sort size --limit 20.\n"},
    {"store verify",
     verify_store,
     "",
     "look for damage: gaps, orders, JSON, the file itself",
     "store verify",
     {},
     0,
     "Looks at every event: versions without a gap, the store's order, whole commits, payloads that are JSON objects;\n"
     "of a SQLite file also SQLite's own check. Ends with 1 (damaged) when something is wrong. Of dynamodb: a scan.\n"},
    {"store backup",
     back_up_store,
     "FILE",
     "copy a SQLite file while programs write",
     "store backup monday.db",
     {},
     1,
     "FILE appears once it is whole and on the disk; one that is there is not replaced.\n",
     1},
    {"store copy", copy_store, "", "copy all events into another store and prove it",
     "store copy --from sqlite:shop.db --to dynamodb:", kStoreCopy, 0,
     "Events keep their ids, versions, times and commits. What is there already is compared and never overwritten, so\n"
     "a copy that was stopped is run again. Then both stores are read and a hash of each aggregate is compared; ends\n"
     "with 1 when one differs.\n",
     0, Needs::settings},
    {"store export", export_events, "", "print all events as JSON lines", "store export --file events.jsonl",
     kStoreExport, 0,
     "With --since and so on it is a part: store import takes it only where nothing is missing before it.\n"},
    {"store import", import_events, "FILE", "store exported events", "store import events.jsonl --store sqlite:new.db",
     kStoreImport, 1,
     "FILE - is stdin. Events keep all they had; what is there already is compared and never overwritten.\n", 1},
}};

}  // namespace

std::span<const Verb> store_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
