// SPDX-License-Identifier: Apache-2.0
// The command streams show: one stream, and how long there was nothing between its events.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/joined.h"
#include "base/rfc3339.h"
#include "cli/commands.h"
#include "cli/event_counts.h"
#include "cli/event_walk.h"
#include "cli/exit_code.h"
#include "cli/find_event.h"
#include "cli/gap_text.h"
#include "cli/numbers.h"
#include "cli/rows.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

struct Summary {
  EventCount count;
  std::map<std::string, std::uint64_t, std::less<>> types;
};

Summary summary_of(EventWalk& walk, const EventChoice& choice, bool& complete) {
  Summary summary;
  complete = walk.run(choice, [&](const RecordedEvent& event) {
    summary.count.add(event);
    auto at = summary.types.find(event.type);
    if (at == summary.types.end()) at = summary.types.emplace(std::string{event.type}, 0).first;
    ++at->second;
    return true;
  });
  return summary;
}

JsonObject object_of(const std::string& stream, const Summary& summary) {
  std::string types;
  for (const auto& [type, events] : summary.types) {
    if (!types.empty()) types += ',';
    types += JsonObject{}.text("type", type).number("events", static_cast<std::int64_t>(events)).str();
  }
  const EventCount& count = summary.count;
  JsonObject object;
  object.text("stream", stream)
      .number("version", static_cast<std::int64_t>(count.events) - 1)
      .number("events", static_cast<std::int64_t>(count.events))
      .number("bytes", static_cast<std::int64_t>(count.bytes))
      .time("first_at", count.first_at)
      .time("last_at", count.last_at)
      .raw("types", "[" + types + "]");
  return object;
}

std::string line(std::string_view name, const std::string& text) {
  constexpr std::size_t kWidth = 9;
  return std::string{name} + std::string(kWidth - name.size(), ' ') + printable(text) + "\n";
}

std::string in_words(const std::string& stream, const Summary& summary) {
  std::vector<std::string> types;
  for (const auto& [type, events] : summary.types) types.push_back(type + " " + std::to_string(events));
  const EventCount& count = summary.count;
  return line("stream", stream) + line("version", std::to_string(count.events - 1)) +
         line("events", std::to_string(count.events)) + line("size", bytes_text(count.bytes)) +
         line("first", base::to_rfc3339(count.first_at)) +
         line("last", base::to_rfc3339(count.last_at) + ", " + gap_text(count.last_at - count.first_at) + " later") +
         line("types", base::joined(types)) + "\n";
}

}  // namespace

int show_stream(Context& context) {
  const Flags& flags = context.line.flags;
  const std::size_t limit = limit_of(flags);
  EventChoice choice = read_choice(flags, flags.rest.front(), system_clock());
  const Opened opened = open_for_reading(context);
  expect_stream(context, *opened.store, choice.stream);
  EventWalk walk{*opened.store, nullptr, context.signals.token()};
  bool complete = false;
  EventChoice whole;
  whole.stream = choice.stream;
  const Summary summary = summary_of(walk, whole, complete);
  if (!complete) return kSignal + context.signals.received();
  if (limit != kNoLimit) choice.from = {EventPlace::Kind::before_last, static_cast<std::int64_t>(limit)};
  if (!context.json) {
    Output out;
    out.write(in_words(choice.stream, summary));
    out.flush();
  }
  Rows rows{context, "timeline", {{"VERSION", true}, {"TIME"}, {"AFTER", true}, {"TYPE"}, {"SIZE", true}}};
  std::optional<Timestamp> before;
  complete = walk.run(choice, [&](const RecordedEvent& event) {
    const auto gap = event.committed_at - before.value_or(event.committed_at);
    const std::uint64_t bytes = event.payload.size() + event.metadata.size();
    JsonObject object;
    object.number("version", event.version.value())
        .time("committed_at", event.committed_at)
        .raw("after_ms", before ? std::to_string(gap.count()) : "null")
        .text("type", event.type)
        .number("bytes", static_cast<std::int64_t>(bytes));
    rows.add({std::to_string(event.version.value()), base::to_rfc3339(event.committed_at), before ? gap_text(gap) : "",
              std::string{event.type}, bytes_text(bytes)},
             object);
    before = event.committed_at;
    return true;
  });
  if (!complete) return kSignal + context.signals.received();
  rows.finish(object_of(choice.stream, summary));
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
