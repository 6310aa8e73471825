// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/event_filter.h"

#include <algorithm>

namespace leftfold::inline v0::runtime {
namespace {

// Each list with its own mark in front, and what is in it in quotes that it cannot hold.
void add_list(std::string& text, std::string_view mark, const std::set<std::string, std::less<>>& list) {
  for (const std::string& each : list) {
    text.append(mark).append(std::to_string(each.size())).append(":").append(each).append(" ");
  }
}

}  // namespace

EventFilter::EventFilter(const ReplayOptions& options)
    : types_{options.types.begin(), options.types.end()},
      aggregates_{options.aggregates.begin(), options.aggregates.end()},
      from_{options.from},
      to_{options.to},
      since_{options.since},
      until_{options.until} {
  all_ = types_.empty() && aggregates_.empty() && from_ == Position::start() && to_ == Position::start() && !since_ &&
         !until_;
  add_list(text_, "type ", types_);
  add_list(text_, "aggregate ", aggregates_);
  if (from_ != Position::start()) text_ += "from " + std::to_string(from_.value()) + " ";
  if (since_) text_ += "since " + std::to_string(since_->time_since_epoch().count()) + " ";
  if (text_.empty()) text_ = "all";
}

bool EventFilter::wants(const RecordedEvent& event) const {
  if (all_) return true;
  // One that cannot be read may be of any type, so it is not passed in silence.
  const bool unknown = event.type == kUnreadable || event.type == kUnpublished;
  if (!types_.empty() && !unknown && !types_.contains(event.type)) return false;
  if (!aggregates_.empty() && !aggregates_.contains(event.aggregate_id)) return false;
  if (from_ != Position::start() && event.position < from_) return false;
  if (to_ != Position::start() && event.position > to_) return false;
  if (since_ && event.committed_at < *since_) return false;
  return !until_ || event.committed_at < *until_;
}

bool EventFilter::is_whole_for(const HandlerTable& table) const {
  if (!aggregates_.empty() || from_ > Position{1} || since_) return false;
  if (types_.empty()) return true;
  const auto chosen = [&](std::string_view name) { return !table.handles(name) || types_.contains(name); };
  const auto& events = table.catalog().events;  // stored under former names too
  return std::all_of(events.begin(), events.end(), [&](const EventInfo* event) {
    return chosen(event->name) && std::all_of(event->former_names.begin(), event->former_names.end(), chosen);
  });
}

}  // namespace leftfold::inline v0::runtime
