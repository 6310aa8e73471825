// SPDX-License-Identifier: Apache-2.0
#include "cli/event_choice.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::cli {
namespace {

std::optional<Timestamp> time_of(const Flags& flags, std::string_view flag, const Clock& clock) {
  if (flags.count(flag) == 0) return std::nullopt;
  return read_time(flag, flags.value(flag), clock.now());
}

}  // namespace

bool EventChoice::wants(const RecordedEvent& event) const {
  return (since ? event.committed_at >= *since : true) && (until ? event.committed_at < *until : true) &&
         (types.empty() || std::find(types.begin(), types.end(), event.type) != types.end()) &&
         event.aggregate_id.starts_with(stream_prefix) &&
         std::all_of(where.begin(), where.end(), [&](const PayloadTest& test) { return test.holds(event.payload); });
}

bool EventChoice::is_everything() const noexcept {
  return from.kind == EventPlace::Kind::start && to.kind == EventPlace::Kind::end && !since && !until &&
         types.empty() && stream_prefix.empty() && where.empty();
}

EventChoice read_choice(const Flags& flags, std::string stream, const Clock& clock, const std::string& from) {
  EventChoice choice;
  const std::string_view number = stream.empty() ? "a position" : "a version";
  choice.stream = std::move(stream);
  choice.from = read_place("--from", flags.value("--from", from), number);
  choice.to = read_place("--to", flags.value("--to", "end"), number);
  choice.since = time_of(flags, "--since", clock);
  choice.until = time_of(flags, "--until", clock);
  if (choice.since && choice.until && *choice.since >= *choice.until) {
    throw UsageError{"--since is not before --until, so no event can be meant"};
  }
  choice.types = flags.list("--type");
  choice.stream_prefix = flags.value("--stream-prefix");
  if (const auto given = flags.values.find("--where"); given != flags.values.end()) {  // not a list: values have commas
    for (const std::string& text : given->second) choice.where.emplace_back("--where", text);
  }
  choice.reverse = flags.count("--reverse") > 0;
  return choice;
}

}  // namespace leftfold::inline v0::cli
