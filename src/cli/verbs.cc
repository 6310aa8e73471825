#include "cli/verbs.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace leftfold::cli {
namespace {

constexpr std::array<Flag, 10> kGlobal{{
    {"--store", "", "STORE", "where events are kept: sqlite:FILE or memory:", false, "store"},
    {"--broker", "", "BROKER", "what brings events to handlers: embedded: or none:", false, "broker"},
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

constexpr std::array<Verb, 6> kVerbs{{
    {"run", "", "run the listeners and projectors until Ctrl-C", "run --store sqlite:orders.db", kRun, 0,
     "The first Ctrl-C or SIGTERM stops taking events and lets handlers finish; a second one ends at once.\n"},
    {"handlers", "", "which events reach which handlers", "handlers", {}, 0, ""},
    {"events read", "STREAM|--all", "print stored events", "events read --all --limit 20", kEventsRead, 1,
     "STREAM is an aggregate's id. --from counts versions of a stream, and positions with --all.\n"},
    {"tail", "", "print events as they are stored, until Ctrl-C", "tail --type CartCheckedOut", kTail, 0,
     "The same as events read --all --follow --from end.\n"},
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
