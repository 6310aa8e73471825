// SPDX-License-Identifier: Apache-2.0
// The commands streams ls and store top.
#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/rfc3339.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/event_counts.h"
#include "cli/exit_code.h"
#include "cli/look_at_all.h"
#include "cli/numbers.h"
#include "cli/rows.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::size_t kTop = 20;

struct StreamCount {
  EventCount count;
  bool has_type = false;  ///< one of those that were asked for
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
using Streams = std::unordered_map<std::string, StreamCount, TextHash, std::equal_to<>>;
using Entry = Streams::value_type;

using Before = bool (*)(const Entry& a, const Entry& b);

Before order_of(const std::string& sort) {
  if (sort == "name") return [](const Entry& a, const Entry& b) { return a.first < b.first; };
  if (sort == "events") {
    return [](const Entry& a, const Entry& b) {
      const auto& [x, y] = std::pair{a.second.count.events, b.second.count.events};
      return x != y ? x > y : a.first < b.first;
    };
  }
  if (sort == "size") {
    return [](const Entry& a, const Entry& b) {
      const auto& [x, y] = std::pair{a.second.count.bytes, b.second.count.bytes};
      return x != y ? x > y : a.first < b.first;
    };
  }
  if (sort == "age") {
    return [](const Entry& a, const Entry& b) {
      const auto& [x, y] = std::pair{a.second.count.first_at, b.second.count.first_at};
      return x != y ? x < y : a.first < b.first;
    };
  }
  refuse_value("--sort", sort, "name, events, size or age");
}

std::vector<const Entry*> sorted(const Streams& streams, Before before) {
  std::vector<const Entry*> all;
  for (const Entry& each : streams) {
    if (each.second.has_type) all.push_back(&each);
  }
  std::sort(all.begin(), all.end(), [before](const Entry* a, const Entry* b) { return before(*a, *b); });
  return all;
}

void add_row(Rows& rows, const Entry& entry) {
  const EventCount& count = entry.second.count;
  JsonObject object;
  object.text("stream", entry.first)
      .number("events", static_cast<std::int64_t>(count.events))
      .number("bytes", static_cast<std::int64_t>(count.bytes))
      .time("first_at", count.first_at)
      .time("last_at", count.last_at);
  rows.add({entry.first, std::to_string(count.events), bytes_text(count.bytes), base::to_rfc3339(count.first_at),
            base::to_rfc3339(count.last_at)},
           object);
}

int list(Context& context, const std::string& sort, std::size_t limit) {
  const Flags& flags = context.line.flags;
  const Before before = order_of(sort);
  const std::vector<std::string> types = flags.list("--type");
  EventChoice choice;
  if (!flags.rest.empty()) choice.stream_prefix = flags.rest.front();
  const Opened opened = open_for_reading(context);
  Streams streams;
  const int code = look_at_all(context, opened, choice, [&](const RecordedEvent& event) {
    auto at = streams.find(event.aggregate_id);
    if (at == streams.end()) at = streams.emplace(std::string{event.aggregate_id}, StreamCount{}).first;
    at->second.count.add(event);
    if (types.empty() || std::find(types.begin(), types.end(), event.type) != types.end()) at->second.has_type = true;
    return true;
  });
  if (code != kSuccess) return code;
  const std::vector<const Entry*> all = sorted(streams, before);
  const std::size_t shown = std::min(limit, all.size());
  Rows rows{context, "streams", {{"STREAM"}, {"EVENTS", true}, {"SIZE", true}, {"FIRST"}, {"LAST"}}};
  for (std::size_t i = 0; i < shown; ++i) add_row(rows, *all[i]);
  rows.finish(JsonObject{}.count("all", all.size()));
  if (all.empty()) hint(context, "no stream matches");
  else if (shown < all.size()) hint(context, counted(all.size() - shown, "more stream"));
  return kSuccess;
}

}  // namespace

int list_streams(Context& context) {
  return list(context, context.line.flags.value("--sort", "name"), limit_of(context.line.flags));
}

int show_top_streams(Context& context) {
  const std::size_t limit = limit_of(context.line.flags);
  return list(context, context.line.flags.value("--sort", "size"), limit == kNoLimit ? kTop : limit);
}

}  // namespace leftfold::inline v0::cli
