// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/event_choice.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr Flag kOutput{"--output", "-o", "FORM", "table, json, ndjson or raw (payloads only)", false, ""};
constexpr std::array<Flag, 4> kTimeAndType{{kSince, kUntil, kType, kWhere}};
constexpr auto kEventsRead = flags_of(std::array<Flag, 8>{{
                                          {"--all", "", "", "all streams, in the store's order", false, ""},
                                          kFrom,
                                          kTo,
                                          kReverse,
                                          kLimit,
                                          {"--follow", "-f", "", "wait for more, until Ctrl-C", false, ""},
                                          kOutput,
                                          kStreamPrefix,
                                      }},
                                      kTimeAndType);
constexpr std::array<Flag, 7> kTail{{kFrom, kSince, kLimit, kType, kWhere, kStreamPrefix, kOutput}};
constexpr auto kSearch = flags_of(std::array<Flag, 4>{{kStreamPrefix, kReverse, kLimit, kOutput}}, kTimeAndType);
constexpr std::array<Flag, 1> kTrace{{kLimit}};
constexpr std::array<Flag, 3> kTypes{{kSince, kUntil, kStreamPrefix}};
constexpr std::array<Flag, 2> kFixture{{kTo, {"--output", "-o", "FORM", "cpp or json", false, ""}}};
constexpr std::array<Flag, 6> kAppend{{
    {"--data", "", "JSON", "the payload: a JSON object, a file, or - for stdin", false, ""},
    {"--expect", "", "VERSION", "the stream's version as you saw it, none for a new stream, or any", false, ""},
    {"--metadata", "", "NAME=VALUE", "a word about the event, such as correlation_id=42; repeat it", true, ""},
    {"--schema-version", "", "N", "version of the event's struct; else that of the program, 1 with lfold", false, ""},
    {"--key", "", "TEXT", "idempotency key: a second append with it stores nothing", false, ""},
    {"--write", "", "", "needed: the event is stored for good", false, ""},
}};

constexpr std::array<Verb, 8> kVerbs{{
    {"events read", read_events, "STREAM|--all", "print stored events", "events read --all --from -20", kEventsRead, 1,
     "STREAM is an aggregate's id. --from and --to count versions of a stream, and positions with --all.\n"},
    {"events search", read_events, "", "print events of all streams that match",
     "events search --type CartItemAdded --where product_id=apple --since 2h", kSearch, 0,
     "A look at every event between the times. Of dynamodb:, which is scanned, they come in no order, and it costs a\n"
     "read of the whole table.\n"},
    {"events show",
     show_event,
     "ID|POSITION|STREAM VERSION",
     "everything about one event",
     "events show cart-42 3",
     {},
     2,
     "What it caused is looked for in the 100000 events behind it; events trace looks at all.\n",
     1},
    {"events trace", trace_events, "ID", "what belongs together, and what caused what", "events trace order-4711",
     kTrace, 1,
     "ID is a correlation id, or that of an event. A look at every event; of dynamodb: a scan of the whole table.\n",
     1},
    {"events types", list_event_types, "", "the types of stored events, counted", "events types", kTypes, 0,
     "A look at every event; of dynamodb: a scan of the whole table.\n"},
    {"events fixture", print_fixture, "STREAM", "a stream's events as C++ for given(...) in a test",
     "events fixture cart-42", kFixture, 1, "", 1},
    {"append", append_event, "STREAM TYPE", "store one event by hand",
     "append cart-42 CartItemAdded --data '{\"product_id\":\"apple\"}' --expect 3 --write", kAppend, 2,
     "A program stores only what its own structs can read; lfold knows no structs and takes any JSON object. Ends "
     "with\n"
     "4 when the stream is at another version. With --expect any it is read and the append tried again.\n",
     2},
    {"tail", read_events, "", "print events as they are stored, until Ctrl-C", "tail --type CartCheckedOut", kTail, 0,
     "The same as events read --all --follow --from end.\n"},
}};

}  // namespace

std::span<const Verb> events_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
