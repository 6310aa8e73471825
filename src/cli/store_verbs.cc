// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
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
constexpr std::array<Flag, 2> kStoreExport{{
    {"--file", "", "FILE", "write them there; - is stdout, as without it", false, ""},
    {"--aggregate", "", "ID", "only events of this aggregate; repeat it", true, ""},
}};
constexpr std::array<Flag, 1> kStoreImport{{kDryRun}};

constexpr std::array<Verb, 3> kVerbs{{
    {"store copy", copy_store, "", "copy all events into another store and prove it",
     "store copy --from sqlite:shop.db --to dynamodb:", kStoreCopy, 0,
     "Events keep their ids, versions, times and commits. What is there already is compared and never overwritten, so\n"
     "a copy that was stopped is run again. Then both stores are read and a hash of each aggregate is compared; ends\n"
     "with 1 when one differs.\n",
     0, Needs::settings},
    {"store export", export_events, "", "print all events as JSON lines", "store export --file events.jsonl",
     kStoreExport, 0, ""},
    {"store import", import_events, "FILE", "store exported events", "store import events.jsonl --store sqlite:new.db",
     kStoreImport, 1,
     "FILE - is stdin. Events keep all they had; what is there already is compared and never overwritten.\n", 1},
}};

}  // namespace

std::span<const Verb> store_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
