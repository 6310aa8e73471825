// SPDX-License-Identifier: Apache-2.0
// The command events types: what kinds of events a store holds.
#include <map>
#include <set>
#include <string>

#include "base/joined.h"
#include "base/rfc3339.h"
#include "cli/commands.h"
#include "cli/event_counts.h"
#include "cli/exit_code.h"
#include "cli/look_at_all.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

struct TypeCount {
  EventCount count;
  std::set<std::int32_t> versions;
};

void add_row(Rows& rows, const std::string& type, const TypeCount& each) {
  std::vector<std::string> versions;
  for (const std::int32_t version : each.versions) versions.push_back(std::to_string(version));
  const EventCount& count = each.count;
  const bool ordered = count.first_position != Position::start();
  JsonObject object;
  object.text("type", type)
      .number("events", static_cast<std::int64_t>(count.events))
      .raw("schema_versions", "[" + base::joined(versions, ",") + "]")
      .number("bytes", static_cast<std::int64_t>(count.bytes))
      .number("first_position", count.first_position.value())
      .number("last_position", count.last_position.value())
      .time("first_at", count.first_at)
      .time("last_at", count.last_at);
  rows.add({type, std::to_string(count.events), base::joined(versions, ","),
            ordered ? std::to_string(count.first_position.value()) : "-", base::to_rfc3339(count.first_at),
            ordered ? std::to_string(count.last_position.value()) : "-", base::to_rfc3339(count.last_at)},
           object);
}

}  // namespace

int list_event_types(Context& context) {
  const EventChoice choice = read_choice(context.line.flags, {}, system_clock());
  const Opened opened = open_for_reading(context);
  std::map<std::string, TypeCount, std::less<>> types;
  const int code = look_at_all(context, opened, choice, [&](const RecordedEvent& event) {
    auto at = types.find(event.type);
    if (at == types.end()) at = types.emplace(std::string{event.type}, TypeCount{}).first;
    at->second.count.add(event);
    at->second.versions.insert(event.schema_version);
    return true;
  });
  if (code != kSuccess) return code;
  Rows rows{
      context, "types", {{"TYPE"}, {"EVENTS", true}, {"SCHEMA"}, {"FIRST", true}, {"AT"}, {"LAST", true}, {"AT"}}};
  for (const auto& [type, each] : types) add_row(rows, type, each);
  rows.finish();
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
