// SPDX-License-Identifier: Apache-2.0
#include "cli/event_query.h"

#include <algorithm>
#include <optional>
#include <string_view>

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

}  // namespace

bool EventQuery::wants(const RecordedEvent& event) const {
  return (stream.empty() || event.aggregate_id == stream) &&
         (types.empty() || std::find(types.begin(), types.end(), event.type) != types.end());
}

EventQuery read_query(const Context& context) {
  const Flags& flags = context.line.flags;
  const bool tail = context.line.verb == "tail";
  EventQuery query;
  query.follow = tail || flags.count("--follow") > 0;
  const bool all = tail || flags.count("--all") > 0;
  if (!flags.rest.empty()) query.stream = flags.rest.front();
  if (all && !flags.rest.empty()) throw UsageError{"events read takes a stream or --all, not both"};
  if (!all && query.stream.empty()) throw UsageError{"events read needs a stream, or --all for every stream"};
  const std::string from = flags.value("--from", tail ? "end" : "start");
  if (from == "end") {
    query.from_end = true;
  } else if (from != "start") {
    const std::optional<std::int64_t> value = whole_number(from);
    if (!value)
      refuse_value("--from", from, query.stream.empty() ? "start, end or a position" : "start, end or a version");
    query.from = *value;
  }
  query.limit = limit_of(flags);
  query.types = flags.list("--type");
  query.form = form_of(context, query.follow);
  return query;
}

}  // namespace leftfold::inline v0::cli
