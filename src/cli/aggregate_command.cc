// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/history.h>
#include <leftfold/json/difference.h>
#include <leftfold/json_value.h>
#include <leftfold/repository.h>

#include "base/joined.h"
#include "base/rfc3339.h"
#include "cli/aggregates.h"
#include "cli/commands.h"
#include "cli/envelope.h"
#include "cli/event_place.h"
#include "cli/event_walk.h"
#include "cli/exit_code.h"
#include "cli/numbers.h"
#include "cli/rows.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

/// What is asked of one aggregate.
struct Question {
  AggregateInfo type;
  std::string id;
  std::optional<Version> version;
  std::optional<Timestamp> time;
  std::optional<std::pair<Version, Version>> between;
  bool steps = false;
};

std::optional<Version> version_of(const Flags& flags) {
  if (flags.count("--at-version") == 0) return std::nullopt;
  const std::optional<std::int64_t> value = whole_number(flags.value("--at-version"));
  if (!value) refuse_value("--at-version", flags.value("--at-version"), "the number of an event, from 0");
  return Version{*value};
}

std::optional<Timestamp> time_of(const Flags& flags) {
  if (flags.count("--at") == 0) return std::nullopt;
  return read_time("--at", flags.value("--at"), system_clock().now());
}

std::optional<std::pair<Version, Version>> between_of(const Flags& flags) {
  if (flags.count("--diff") == 0) return std::nullopt;
  const std::string text = flags.value("--diff");
  const std::size_t dots = text.find("..");
  const std::int64_t from = whole_number(text.substr(0, dots)).value_or(-1);
  const std::int64_t to = dots == text.npos ? -1 : whole_number(text.substr(dots + 2)).value_or(-1);
  if (from < 0 || to < 0 || from == to) refuse_value("--diff", text, "two numbers of events, such as 3..7");
  return std::pair{Version{from}, Version{to}};
}

Question read_question(Context& context) {
  const Flags& flags = context.line.flags;
  Question asked{aggregate_of(context, flags.rest[0]),
                 flags.rest[1],
                 version_of(flags),
                 time_of(flags),
                 between_of(flags),
                 flags.count("--steps") > 0};
  if (asked.version && asked.time) throw UsageError{"--at-version and --at both say when: use one of them"};
  if (asked.between && (asked.version || asked.time || asked.steps)) {
    throw UsageError{"--diff compares two versions: leave --at-version, --at and --steps out"};
  }
  return asked;
}

[[noreturn]] void refuse_version(const Question& asked, Version version, Version newest) {
  throw Error{Errc::not_found, std::string{asked.type.name} + " \"" + asked.id + "\" has no version " +
                                   std::to_string(version.value()) + ": its newest is " +
                                   std::to_string(newest.value())};
}

/// The state at a version, at a time, or now. Throws Error(not_found) when it is not that far, or has no events then.
AggregateState state_of(const Context& context, EventStore& store, const Question& asked,
                        std::optional<Version> version) {
  AggregateState found = asked.type.load(store, {}, asked.id, version, asked.time);
  if (found.version == Version::none()) {
    no_events(context, asked.type, asked.id, asked.time ? " at " + base::to_rfc3339(*asked.time) : "");
  }
  if (version && found.version != *version) refuse_version(asked, *version, found.version);
  return found;
}

std::string_view kind_of(const json::Difference& each) {
  switch (each.kind) {
    case json::Difference::Kind::added: return "added";
    case json::Difference::Kind::removed: return "removed";
    case json::Difference::Kind::changed: return "changed";
  }
  return "changed";
}

JsonObject object_of(const json::Difference& each) {
  JsonObject object;
  object.text("kind", kind_of(each)).text("path", each.path);
  return object.raw("before", each.before.empty() ? "null" : each.before)
      .raw("after", each.after.empty() ? "null" : each.after);
}

std::string json_of(const std::vector<json::Difference>& all) {
  std::string text = "[";
  for (const json::Difference& each : all) text += (text.size() == 1 ? "" : ",") + object_of(each).str();
  return text += "]";
}

std::string shown(const std::string& text) { return text.empty() ? "-" : text; }

JsonObject name_json(const Question& asked) {
  JsonObject object;
  return object.text("type", asked.type.name).text("id", asked.id);
}

int show_state(Context& context, EventStore& store, const Question& asked) {
  const AggregateState found = state_of(context, store, asked, asked.version);
  Output out;
  if (context.json) {
    JsonObject object = name_json(asked);
    object.number("version", found.version.value()).raw("state", found.state);
    out.write(std::string{kEnvelopeStart} + object.str() + envelope_end());
  } else {
    out.write(printable_json(Json::parse(found.state).indented()));
  }
  out.flush();
  hint(context, std::string{asked.type.name} + " " + asked.id + " at version " + std::to_string(found.version.value()));
  return kSuccess;
}

int show_difference(Context& context, EventStore& store, const Question& asked) {
  const AggregateState before = state_of(context, store, asked, asked.between->first);
  const AggregateState after = state_of(context, store, asked, asked.between->second);
  Rows rows{context, "changes", {{"PATH"}, {"BEFORE"}, {"AFTER"}}};
  for (const json::Difference& each : json::differences(before.state, after.state)) {
    rows.add({shown(each.path), shown(each.before), shown(each.after)}, object_of(each));
  }
  rows.finish(name_json(asked).number("from", before.version.value()).number("to", after.version.value()));
  if (rows.size() == 0) hint(context, "the state is the same");
  return kSuccess;
}

/// A row a change; an event that changed nothing has one row too.
void add_step(Rows& rows, const Context& context, const HistoryStep& step) {
  const std::string version = std::to_string(step.event.version.value());
  const std::string time = base::to_rfc3339(step.event.committed_at);
  if (context.json) {
    JsonObject object;
    object.number("version", step.event.version.value()).text("type", step.event.type).text("committed_at", time);
    rows.add({}, object.raw("changes", json_of(step.changes)));
    return;
  }
  if (step.changes.empty()) rows.add({version, step.event.type, time, "-", "-", "-"}, {});
  for (const json::Difference& each : step.changes) {
    const bool first = &each == &step.changes.front();
    rows.add({first ? version : "", first ? step.event.type : "", first ? time : "", shown(each.path),
              shown(each.before), shown(each.after)},
             {});
  }
}

int show_steps(Context& context, EventStore& store, const Question& asked) {
  if (asked.version) {
    const Version newest = last_version(store, asked.id);
    if (newest != Version::none() && newest < *asked.version) refuse_version(asked, *asked.version, newest);
  }
  History history =
      asked.type.history(store, {}, asked.id, {.from = Version{0}, .to = asked.version, .until = asked.time});
  std::optional<HistoryStep> step = history.next();
  if (!step) no_events(context, asked.type, asked.id, asked.time ? " at " + base::to_rfc3339(*asked.time) : "");
  Rows rows{context, "steps", {{"VERSION", true}, {"TYPE"}, {"COMMITTED"}, {"PATH"}, {"BEFORE"}, {"AFTER"}}};
  for (; step; step = history.next()) {
    add_step(rows, context, *step);
    if (rows.size() % 1000 == 0) rows.flush();
    if (context.signals.received() != 0) break;
  }
  rows.finish(name_json(asked));
  return context.signals.received() == 0 ? kSuccess : kSignal + context.signals.received();
}

}  // namespace

int list_aggregates(Context& context) {
  Rows rows{context, "aggregates", {{"AGGREGATE"}, {"STATE"}, {"EVENTS"}}};
  for (const AggregateInfo& each : own_app(context).aggregates()) {
    std::string events = "[";
    for (const std::string_view event : each.events) {
      events += events.size() == 1 ? "\"" : ",\"";
      (events += event) += '"';
    }
    const bool kept = each.load != nullptr;
    JsonObject object;
    object.text("name", each.name).raw("events", events + "]").boolean("can_be_shown", kept);
    if (!each.library.empty()) object.text("library", each.library);
    rows.add({std::string{each.name}, kept ? "json" : "-", base::joined(each.events)}, object);
  }
  rows.finish();
  if (rows.size() == 0) hint(context, "no aggregate is registered: add app.aggregate<...>()");
  return kSuccess;
}

int show_aggregate(Context& context) {
  const Question asked = read_question(context);
  const Opened opened = open_for_reading(context);
  if (asked.between) return show_difference(context, *opened.store, asked);
  if (asked.steps) return show_steps(context, *opened.store, asked);
  return show_state(context, *opened.store, asked);
}

}  // namespace leftfold::inline v0::cli
