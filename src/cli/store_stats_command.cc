// SPDX-License-Identifier: Apache-2.0
// The command store stats: how many events of which type, and on which day.
#include <map>
#include <string>
#include <string_view>

#include "base/rfc3339.h"
#include "cli/commands.h"
#include "cli/event_counts.h"
#include "cli/exit_code.h"
#include "cli/look_at_all.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

using Counts = std::map<std::string, EventCount, std::less<>>;

void add(Counts& counts, std::string_view key, const RecordedEvent& event) {
  auto at = counts.find(key);
  if (at == counts.end()) at = counts.emplace(std::string{key}, EventCount{}).first;
  at->second.add(event);
}

JsonObject object_of(std::string_view key, const std::string& name, const EventCount& count) {
  JsonObject object;
  object.text(key, name)
      .number("events", static_cast<std::int64_t>(count.events))
      .number("bytes", static_cast<std::int64_t>(count.bytes));
  return object;
}

std::string list_json(std::string_view key, const Counts& counts) {
  std::string list = "[";
  for (const auto& [name, count] : counts) {
    list += list.size() == 1 ? "\n" : ",\n";
    list += object_of(key, name, count).str();
  }
  return list + "]";
}

void add_rows(Rows& rows, std::string_view key, const Counts& counts) {
  for (const auto& [name, count] : counts) {
    rows.add({name, std::to_string(count.events), bytes_text(count.bytes)}, object_of(key, name, count));
  }
}

}  // namespace

int show_store_stats(Context& context) {
  const EventChoice choice = read_choice(context.line.flags, {}, system_clock());
  const Opened opened = open_for_reading(context);
  Counts types;
  Counts days;
  EventCount all;
  const int code = look_at_all(context, opened, choice, [&](const RecordedEvent& event) {
    constexpr std::size_t kDate = 10;
    add(types, event.type, event);
    add(days, base::to_rfc3339(event.committed_at).substr(0, kDate), event);
    all.add(event);
    return true;
  });
  if (code != kSuccess) return code;
  {
    Rows rows{context, "types", {{"TYPE"}, {"EVENTS", true}, {"SIZE", true}}};
    add_rows(rows, "type", types);
    if (!context.json) rows.add({"all", std::to_string(all.events), bytes_text(all.bytes)}, {});
    rows.finish(JsonObject{}
                    .raw("days", list_json("day", days))
                    .number("events", static_cast<std::int64_t>(all.events))
                    .number("bytes", static_cast<std::int64_t>(all.bytes)));
  }
  if (context.json || days.empty()) return kSuccess;
  {
    Output out;
    out.write("\n");
    out.flush();
  }
  Rows rows{context, "days", {{"DAY"}, {"EVENTS", true}, {"SIZE", true}}};
  add_rows(rows, "day", days);
  rows.finish();
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
