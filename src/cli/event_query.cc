// SPDX-License-Identifier: Apache-2.0
#include "cli/event_query.h"

#include <string>

#include <leftfold/clock.h>

namespace leftfold::inline v0::cli {
namespace {

EventForm form_of(const Context& context, bool follow) {
  const Flags& flags = context.line.flags;
  const std::string wanted = flags.value("--output", context.json ? (follow ? "ndjson" : "json") : "table");
  if (wanted == "table") return EventForm::table;
  if (wanted == "ndjson") return EventForm::ndjson;
  if (wanted == "raw") return EventForm::raw;
  if (wanted != "json") refuse_value("--output", wanted, "table, json, ndjson or raw");
  if (follow) throw UsageError{"--output json is one document, and following has no end; use --output ndjson"};
  return EventForm::json;
}

void check_follow(const EventQuery& query, const Flags& flags) {
  if (!query.follow) return;
  for (const char* const flag : {"--to", "--until", "--reverse"}) {
    if (flags.count(flag) > 0) throw UsageError{"following has no end: leave " + std::string{flag} + " out"};
  }
}

}  // namespace

EventQuery read_query(const Context& context) {
  const Flags& flags = context.line.flags;
  const bool tail = context.line.verb == "tail";
  EventQuery query;
  query.follow = tail || flags.count("--follow") > 0;
  if (context.line.verb == "events read") {
    const bool all = flags.count("--all") > 0;
    if (all && !flags.rest.empty()) throw UsageError{"events read takes a stream or --all, not both"};
    if (!all && (flags.rest.empty() || flags.rest.front().empty())) {
      throw UsageError{"events read needs a stream, or --all for every stream"};
    }
  }
  query.choice =
      read_choice(flags, flags.rest.empty() ? "" : flags.rest.front(), system_clock(), tail ? "end" : "start");
  query.limit = limit_of(flags);
  query.form = form_of(context, query.follow);
  check_follow(query, flags);
  return query;
}

}  // namespace leftfold::inline v0::cli
