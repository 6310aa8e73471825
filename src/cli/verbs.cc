#include "cli/verbs.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace leftfold::cli {
namespace {

constexpr std::array<Flag, 11> kGlobal{{
    {"--store", "", "STORE", "where events are kept: sqlite:FILE, dynamodb: or memory:", false, "store"},
    {"--broker", "", "BROKER", "what brings events to handlers: embedded:, kafka: or none:", false, "broker"},
    {kPropertyFlag, "-X", "NAME=VALUE", "property of the Kafka client: security.protocol=ssl; repeat it", true, ""},
    {"--log-level", "", "LEVEL", "trace, debug, info, warn, error or off", false, "log_level"},
    {"--log-format", "", "FORMAT", "text or json", false, "log_format"},
    {"--config", "", "FILE", "file of settings; default: leftfold.toml, if it is there", false, "config"},
    {"--json", "", "", "one JSON document on stdout (one line an event for tail)", false, ""},
    {"--quiet", "-q", "", "no hints, and no log lines below warn", false, ""},
    {"--verbose", "-v", "", "log lines from debug on; -vv from trace on", false, ""},
    {"--no-color", "", "", "no colours, as with NO_COLOR", false, ""},
    {"--help", "-h", "", "help, also for one command", false, ""},
}};

constexpr std::array<Flag, 5> kRun{{
    {"--only", "", "NAME", "only this handler; repeat it, or separate names with commas", true, ""},
    {"--group", "", "NAME", "whose checkpoints: one group a service", false, "group"},
    {"--workers", "", "N", "threads of a listener that may run in parallel", false, "workers"},
    {"--max-in-flight", "", "N", "events of a listener taken and not finished", false, "max_in_flight"},
    {"--shutdown-timeout", "", "TIME", "how long handlers may finish after a stop: 30s", false, "shutdown_timeout"},
}};

constexpr Flag kFrom{"--from", "", "N", "first event to show: start, end, or a number", false, ""};
constexpr Flag kLimit{"--limit", "", "N", "end after so many events", false, ""};
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

constexpr Flag kGroup{"--group", "", "NAME", "whose handlers: the group that goes before their names", false, "group"};
constexpr Flag kEventType{"--event-type", "", "TYPE", "whose first letter is an event of this type", false, ""};
constexpr Flag kErrorType{"--error-type", "", "TYPE", "whose first letter failed with this C++ type", false, ""};
constexpr Flag kAggregate{"--aggregate", "", "ID", "of this aggregate alone", false, ""};
constexpr Flag kPayload{"--payload", "", "", "show payloads too", false, ""};
constexpr Flag kWhy{"--why", "", "TEXT", "the reason, kept with the change", false, ""};
constexpr Flag kAs{"--as", "", "WHO", "who makes the change; else user@host:pid", false, ""};
constexpr Flag kAll{"--all", "", "", "all of the handler", false, ""};
constexpr Flag kEvery{"--all", "", "", "every subscription that is known", false, ""};
constexpr Flag kDryRun{"--dry-run", "", "", "show what would be touched and end", false, ""};
constexpr Flag kYes{"--yes", "", "", "do not ask; needed when nobody can be asked", false, ""};

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
constexpr std::array<Flag, 1> kBreakersLs{{kGroup}};
constexpr std::array<Flag, 4> kBreakersChange{{
    kWhy,
    kAs,
    {"--new", "", "", "NAME is a breaker that has no record yet", false, ""},
    kGroup,
}};
constexpr std::array<Flag, 2> kStatus{{
    {"--max-lag", "", "N", "end with 1 when one is more than N events behind", false, ""},
    kGroup,
}};
constexpr std::array<Flag, 6> kPause{{kEvery, kWhy, kAs, kDryRun, kYes, kGroup}};
constexpr std::array<Flag, 5> kResume{{kEvery, kAs, kDryRun, kYes, kGroup}};

constexpr Flag kName{"--name",        "", "NAME", "which publisher: those of one name share the work", false,
                     "publisher.name"};
constexpr Flag kUnpublishable{
    "--unpublishable",        "", "WHAT", "block or mark: what to do about an event that Kafka can never take", false,
    "publisher.unpublishable"};
constexpr Flag kEventRate{"--rate", "", "N/s", "look at so many events a second at most", false, ""};
constexpr Flag kSegments{"--segments", "", "N", "parts of the table, which processes share; 8", false, ""};
constexpr Flag kAfresh{"--afresh", "", "", "begin anew, although an earlier run was not finished", false, ""};
constexpr std::array<Flag, 18> kReplay{{
    {"--event", "", "TYPE", "only events of this type; repeat it, or separate with commas", true, ""},
    {"--aggregate", "", "ID", "only events of this aggregate; repeat it", true, ""},
    {"--from", "", "N", "first position", false, ""},
    {"--to", "", "N", "last position; else the newest as it begins", false, ""},
    {"--since", "", "TIME", "only events stored then or later: 2026-11-23T09:00:00Z", false, ""},
    {"--until", "", "TIME", "only events stored before", false, ""},
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

constexpr std::array<Flag, 5> kPublisherRun{{
    kName,
    {"--from", "", "WHERE", "stream, or poll: scan a small table again and again", false, "publisher.from"},
    kUnpublishable,
    {"--metrics-file", "", "FILE", "write metrics there every 10 s, for a collector of text files", false, ""},
    {"--shutdown-timeout", "", "TIME", "how long events may be acknowledged after a stop: 30s", false,
     "shutdown_timeout"},
}};
constexpr std::array<Flag, 6> kReconcile{{kName, kUnpublishable, kEventRate, kSegments, kAfresh, kDryRun}};
constexpr std::array<Flag, 6> kSeedCursors{{kName, kEventRate, kSegments, kAfresh, kDryRun, kYes}};
constexpr std::array<Flag, 1> kPublisherStatus{{kName}};

constexpr std::array<Flag, 1> kSchema{{{"--out", "", "FILE", "write it there instead", false, ""}}};
constexpr std::array<Flag, 1> kSchemaDiff{
    {{"--mode", "", "MODE", "backward (the default), forward, full or none", false, ""}}};
constexpr std::array<Flag, 2> kCheck{{
    {"--limit", "", "N", "look at so many events, the oldest ones first where they have an order", false, ""},
    {"--strict", "", "", "a type that the program does not know is a failure too", false, ""},
}};

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

constexpr std::string_view kCountsFirst =
    "The exact count is shown first; then it asks, or needs --yes when nobody can be asked.\n";

constexpr std::array<Verb, 36> kVerbs{{
    {"run", "", "run the listeners and projectors until Ctrl-C", "run --store sqlite:orders.db", kRun, 0,
     "The first Ctrl-C or SIGTERM stops taking events and lets handlers finish; a second one ends at once.\n"},
    {"handlers", "", "which events reach which handlers", "handlers", {}, 0, ""},
    {"events read", "STREAM|--all", "print stored events", "events read --all --limit 20", kEventsRead, 1,
     "STREAM is an aggregate's id. --from counts versions of a stream, and positions with --all.\n"},
    {"tail", "", "print events as they are stored, until Ctrl-C", "tail --type CartCheckedOut", kTail, 0,
     "The same as events read --all --follow --from end.\n"},
    {"dlq ls", "", "aggregates with events that could not be handled", "dlq ls --handler SendReceipt", kDlqLs, 0, ""},
    {"dlq show", "HANDLER AGGREGATE", "the parked events of an aggregate, in order", "dlq show SendReceipt cart-42",
     kDlqShow, 2, "", 2},
    {"dlq stats", "", "how many are parked, by handler, event and error", "dlq stats", kDlqStats, 0, ""},
    {"dlq history", "HANDLER [AGGREGATE]", "who skipped, edited, discarded or imported what", "dlq history SendReceipt",
     kDlqHistory, 2, "", 1},
    {"dlq retry", "HANDLER AGGREGATE...|--all", "handle parked events again, in order", "dlq retry SendReceipt cart-42",
     kDlqRetry, kManyOperands,
     "In the program that has the handler it is called here; lfold asks the running service. Of several aggregates "
     "the\n"
     "first one has to work before the others are touched.\n",
     1},
    {"dlq skip", "HANDLER AGGREGATE", "give up the first parked event of an aggregate",
     "dlq skip SendReceipt cart-42 --why 'sent by hand'", kDlqSkip, 2, kCountsFirst, 2},
    {"dlq edit", "HANDLER AGGREGATE VERSION", "give a parked event another payload, for this handler",
     "dlq edit SendReceipt cart-42 3 --payload '{\"to\":\"a@b.example\"}' --why 'typo in the address'", kDlqEdit, 3,
     "The stored event stays as it is. Before and after are kept in the history.\n", 3},
    {"dlq purge", "HANDLER AGGREGATE...|--all", "discard parked events unhandled",
     "dlq purge SendReceipt --all --why 'test data' --dry-run", kDlqPurge, kManyOperands, kCountsFirst, 1},
    {"dlq export", "[HANDLER]", "print parked events as JSON lines", "dlq export SendReceipt > letters.jsonl",
     kDlqExport, 1, ""},
    {"dlq import", "FILE", "park exported events again", "dlq import letters.jsonl --why 'moved here'", kDlqImport, 1,
     "Pause the subscription first. FILE - is stdin. Letters that are there already stay as they are.\n", 1},
    {"breakers ls", "", "circuit breakers as the processes share them", "breakers ls", kBreakersLs, 0, ""},
    {"breakers show", "NAME", "one circuit breaker: its state, who votes, who probes", "breakers show SendReceipt",
     kBreakersLs, 1, "", 1},
    {"breakers open", "NAME", "let no call through, in all processes, until it is closed",
     "breakers open SendReceipt --why 'mail server moves'", kBreakersChange, 1, "", 1},
    {"breakers close", "NAME", "let calls through again, in all processes", "breakers close SendReceipt",
     kBreakersChange, 1, "", 1},
    {"breakers reset", "NAME", "close it as if it had never opened", "breakers reset SendReceipt", kBreakersChange, 1,
     "", 1},
    {"projectors status", "[NAME...]", "projectors and listeners: position, lag, paused, parked",
     "projectors status --max-lag 1000", kStatus, kManyOperands, ""},
    {"projectors pause", "NAME...|--all", "handle nothing until resumed, in all processes",
     "projectors pause SendReceipt --why 'mail server moves'", kPause, kManyOperands,
     "NAME is a projector or a listener. The state is kept in the store and outlives processes.\n"},
    {"projectors resume", "NAME...|--all", "go on where it was paused", "projectors resume SendReceipt", kResume,
     kManyOperands, ""},
    {"projectors restart", "NAME...|--all", "end it and begin it anew from its checkpoint",
     "projectors restart SendReceipt", kResume, kManyOperands, "One that stopped at a failure begins again too.\n"},
    {"replay", "[PROJECTOR...]", "let projectors handle stored events again", "replay HotProducts --dry-run", kReplay,
     kManyOperands,
     "Without names: every projector with a read model. All events go into a shadow, which is compared with the "
     "tables\n"
     "in use and swapped in while the service runs; chosen events are handled in place, on top of what the tables\n"
     "hold. Listeners are never replayed. --dry-run counts.\n"},
    {"publisher run", "", "send stored events to Kafka until Ctrl-C", "publisher run --store dynamodb:", kPublisherRun,
     0,
     "Several of one name share the work; when one dies the others take over. The first Ctrl-C or SIGTERM waits for "
     "what\n"
     "is on the way. Under systemd it says when it is ready and that it is alive (Type=notify, WatchdogSec).\n"},
    {"publisher reconcile", "", "find events that were never published, and publish them",
     "publisher reconcile --store dynamodb: --dry-run", kReconcile, 0,
     "For the first start on a table with a history, and after an outage of more than 24 hours. It may run beside\n"
     "publishers, and goes on where it was stopped.\n"},
    {"publisher seed-cursors", "", "let only what is stored from now on be published",
     "publisher seed-cursors --store dynamodb:", kSeedCursors, 0,
     "What is stored already will never be published, unless its cursors are removed.\n"},
    {"publisher status", "", "what is published by whom, and how far",
     "publisher status --store dynamodb:", kPublisherStatus, 0, ""},
    {"schema", "", "the structure of all events and states, as JSON to keep in a file", "schema --out schema.json",
     kSchema, 0, "The same program prints the same text: keep it beside the code and compare in tests.\n"},
    {"schema diff", "OLD [NEW]", "what keeps one program from reading another's events",
     "schema diff schema.json --mode full", kSchemaDiff, 2,
     "OLD and NEW are files that the command schema wrote; without NEW it is this program. Ends with 1 when something\n"
     "does: backward: the new program cannot read what is stored; forward: the old one cannot read what the new one\n"
     "stores while both run.\n",
     1},
    {"check", "", "decode every stored event with this program", "check --store sqlite:production.db", kCheck, 0,
     "Nothing is changed, no handler is called. Ends with 1 when an event cannot be read.\n"},
    {"store copy", "", "copy all events into another store and prove it",
     "store copy --from sqlite:shop.db --to dynamodb:", kStoreCopy, 0,
     "Events keep their ids, versions, times and commits. What is there already is compared and never overwritten, so\n"
     "a copy that was stopped is run again. Then both stores are read and a hash of each aggregate is compared; ends\n"
     "with 1 when one differs.\n"},
    {"store export", "", "print all events as JSON lines", "store export --file events.jsonl", kStoreExport, 0, ""},
    {"store import", "FILE", "store exported events", "store import events.jsonl --store sqlite:new.db", kStoreImport,
     1, "FILE - is stdin. Events keep all they had; what is there already is compared and never overwritten.\n", 1},
    {"help", "[COMMAND]", "this text, or that of a command", "help events read", {}, 2, ""},
    {"version", "", "versions of the program's parts", "version", {}, 0, ""},
}};

}  // namespace

std::span<const Flag> global_flags() noexcept { return kGlobal; }
std::span<const Verb> verbs() noexcept { return kVerbs; }

const Verb* find_verb(std::string_view name) noexcept {
  const auto at = std::find_if(kVerbs.begin(), kVerbs.end(), [name](const Verb& verb) { return verb.name == name; });
  return at == kVerbs.end() ? nullptr : &*at;
}

}  // namespace leftfold::cli
