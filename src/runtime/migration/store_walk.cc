// SPDX-License-Identifier: Apache-2.0
#include "runtime/migration/store_walk.h"

#include <algorithm>
#include <utility>

namespace leftfold::inline v0::runtime {
namespace {

constexpr std::size_t kPage = 1000;

}  // namespace

StoreWalk::StoreWalk(ReadStore store, std::stop_token stop) : store_{store}, stop_{std::move(stop)} {
  if (store_.scan != nullptr) {
    size_ = store_.scan->rough_size();
  } else {
    end_ = store_.events->head();
    size_ = static_cast<std::uint64_t>(end_->value());
  }
}

bool StoreWalk::events(const OnEvent& take) {
  if (store_.scan == nullptr) return read_all(take);
  bool complete = true;
  const bool all = scan([&](const std::string& aggregate_id) { complete = complete && stream(aggregate_id, take); });
  return all && complete;
}

bool StoreWalk::aggregates(const OnAggregate& take) {
  if (store_.scan != nullptr) return scan(take);
  return read_all([&](const RecordedEvent& event) {
    if (event.version == Version{0}) take(std::string{event.aggregate_id});
  });
}

bool StoreWalk::stream(std::string_view aggregate_id, const OnEvent& take) const {
  for (Version from{0};;) {
    if (stop_.stop_requested()) return false;
    const EventPage page = store_.events->read_stream(aggregate_id, from, kPage);
    for (const RecordedEvent& event : page) {
      if (end_ && event.position > *end_) return true;
      take(event);
    }
    if (page.at_end() || page.empty()) return true;
    from = page.back().version.next();
  }
}

bool StoreWalk::has(std::string_view aggregate_id) const {
  const EventPage page = store_.events->read_stream(aggregate_id, Version{0}, 1);
  return !page.empty() && (!end_ || page[0].position <= *end_);
}

double StoreWalk::part() const noexcept {
  if (size_ == 0) return 0;
  return std::min(1.0, static_cast<double>(done_) / static_cast<double>(size_));
}

bool StoreWalk::read_all(const OnEvent& take) {
  done_ = 0;
  for (Position after = Position::start(); after < *end_;) {
    const EventPage page = store_.events->read_all(after, kPage);
    for (const RecordedEvent& event : page) {
      if (event.position > *end_) return true;
      if (stop_.stop_requested()) return false;
      take(event);
    }
    if (page.empty()) return true;
    after = page.back().position;
    done_ = static_cast<std::uint64_t>(after.value());
  }
  return true;
}

bool StoreWalk::scan(const OnAggregate& take) {
  done_ = 0;
  last_aggregate_.clear();
  for (ScanPlace place;;) {
    if (stop_.stop_requested()) return false;
    const ScanPage page = store_.scan->scan(place);
    for (const RecordedEvent& event : page.events) {
      if (stop_.stop_requested()) return false;
      look_at(event, take);
      ++done_;
    }
    if (page.next.empty()) return true;
    place.after = page.next;
  }
}

/// An aggregate counts where its first event comes. A run of events that begins with another one says nothing more, but
/// is a reason to look whether there is a first one, as an aggregate without it would be passed over.
void StoreWalk::look_at(const RecordedEvent& event, const OnAggregate& take) {
  if (event.version == Version{0}) {
    last_aggregate_ = event.aggregate_id;
    take(last_aggregate_);
  } else if (event.aggregate_id != last_aggregate_) {
    last_aggregate_ = event.aggregate_id;
    (void)store_.events->read_stream(last_aggregate_, Version{0}, 1);
  }
}

}  // namespace leftfold::inline v0::runtime
