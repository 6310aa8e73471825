// SPDX-License-Identifier: Apache-2.0
// The command events trace: what belongs to one business transaction, and what caused what.
#include <algorithm>
#include <string>
#include <vector>

#include <leftfold/error.h>

#include "base/rfc3339.h"
#include "cli/causal_tree.h"
#include "cli/commands.h"
#include "cli/event_links.h"
#include "cli/exit_code.h"
#include "cli/look_at_all.h"
#include "cli/numbers.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kMostEvents = 10'000;

struct Traced {
  std::vector<EventCopy> events;
  bool cut_off = false;
  int code = kSuccess;
};

/// Events of this correlation, and the event of this id: it began one whose id is its own.
Traced gather(const Context& context, const Opened& opened, const std::string& id, std::size_t limit) {
  Traced traced;
  traced.code = look_at_all(context, opened, {}, [&](const RecordedEvent& event) {
    const bool belongs = (may_mention(event, id) && links_of(event).correlation_id == id) || event.id.to_string() == id;
    if (!belongs) return true;
    traced.cut_off = traced.events.size() == limit;
    if (!traced.cut_off) traced.events.emplace_back(event);
    return !traced.cut_off;
  });
  return traced;
}

/// When the id is that of an event in the middle: what it belongs to.
std::string correlation_of(const Traced& traced, const std::string& id) {
  for (const EventCopy& each : traced.events) {
    if (each.id.to_string() == id) return links_of(each.view()).correlation_id;
  }
  return {};
}

void add_row(Rows& rows, const CausalLine& line) {
  const RecordedEvent event = line.event->view();
  JsonObject object;
  object.count("depth", line.depth)
      .text("event_id", event.id.to_string())
      .text("type", event.type)
      .text("aggregate_id", event.aggregate_id)
      .number("version", event.version.value())
      .number("position", event.position.value())
      .time("committed_at", event.committed_at)
      .text("causation_id", links_of(event).causation_id)
      .object("payload", event.payload);
  rows.add({std::string(2 * line.depth, ' ') + std::string{event.type}, std::string{event.aggregate_id},
            std::to_string(event.version.value()), base::to_rfc3339(event.committed_at), event.id.to_string()},
           object);
}

}  // namespace

int trace_events(Context& context) {
  const std::size_t limit = std::min(limit_of(context.line.flags), kMostEvents);
  std::string id = context.line.flags.rest.front();
  if (id.empty()) throw UsageError{"the id is empty; give a correlation id or an event's id"};
  if (const auto uuid = Uuid::parse(id)) id = uuid->to_string();
  const Opened opened = open_for_reading(context);
  Traced traced = gather(context, opened, id, limit);
  if (traced.code != kSuccess) return traced.code;
  if (const std::string whole = correlation_of(traced, id); !whole.empty() && whole != id) {
    id = whole;
    traced = gather(context, opened, id, limit);
    if (traced.code != kSuccess) return traced.code;
  }
  if (traced.events.empty()) {
    throw Error{Errc::not_found, "no event in " + context.program.settings.get("store").value +
                                     " has the correlation id or the id \"" + id + "\""};
  }
  Rows rows{context, "events", {{"EVENT"}, {"STREAM"}, {"VERSION", true}, {"TIME"}, {"ID"}}};
  for (const CausalLine& line : causal_tree(traced.events)) add_row(rows, line);
  rows.finish(JsonObject{}.text("correlation_id", id).boolean("complete", !traced.cut_off));
  if (traced.cut_off) hint(context, "there are more; causes and effects among them are missing here");
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
