// SPDX-License-Identifier: Apache-2.0
// The EventStore half of MemoryStore. Read it beside the comments of event_store.h: each of the port's promises is a
// few lines here, and docs/stores/writing-a-store.md walks through them.
#include "memory/memory_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace leftfold::inline v0::detail {
namespace {

// Like reserve(), but keeps the cost of many small appends linear.
template <class T>
void make_room(std::vector<T>& items, std::size_t more) {
  const std::size_t needed = items.size() + more;
  if (needed > items.capacity()) items.reserve(std::max(needed, 2 * items.capacity()));
}

}  // namespace

// [append]
AppendResult MemoryLog::append(const AppendRequest& request, std::optional<Timestamp> recorded_at) {
  validate(request);
  const std::size_t count = request.events.size();

  const std::scoped_lock lock{mutex_};
  const auto entry = streams_.try_emplace(request.aggregate_id).first;
  Stream& stream = entry->second;

  // The key comes before the version: a repeated command expects what its first attempt expected, or something newer.
  if (!request.idempotency_key.empty()) {
    if (const auto first = stream.appends.find(request.idempotency_key); first != stream.appends.end()) {
      Appended result = first->second;
      result.repeated = true;
      return result;
    }
  }
  if (stream.version() != request.expected) return Conflict{stream.version()};

  Appended result;
  result.version = Version{request.expected.value() + static_cast<std::int64_t>(count)};
  if (count > 0) result.position = Position{last().value() + static_cast<std::int64_t>(count)};
  result.events = count;
  // A wall clock may go back, committed_at may not.
  result.committed_at = recorded_at ? *recorded_at : std::max(last_commit_, clock_->now());

  // All or nothing: what may fail for lack of memory is done first, beside the store or without a visible effect.
  std::deque<StoredEvent> commit = commit_of(request, entry->first, result.committed_at);
  std::map<std::string, Appended, std::less<>> key;
  if (!request.idempotency_key.empty()) key.emplace(request.idempotency_key, result);
  make_room(stream.events, count);
  const std::size_t begin = events_.size();
  events_.insert(events_.end(), std::make_move_iterator(commit.begin()), std::make_move_iterator(commit.end()));

  for (std::size_t i = 0; i < count; ++i) stream.events.push_back(begin + i);
  stream.appends.merge(key);
  in_time_order_ = in_time_order_ && last_commit_ <= result.committed_at;
  last_commit_ = std::max(last_commit_, result.committed_at);
  changed_.notify_all();
  return result;
}
// [/append]

// [commit]
std::deque<MemoryLog::StoredEvent> MemoryLog::commit_of(const AppendRequest& request, std::string_view aggregate_id,
                                                        Timestamp committed_at) const {
  std::deque<StoredEvent> commit;
  std::int32_t i = 0;
  for (const NewEvent& event : request.events) {
    RecordedEvent record;
    record.position = Position{last().value() + i + 1};
    record.version = Version{request.expected.value() + i + 1};
    record.schema_version = event.schema_version;
    record.committed_at = committed_at;
    record.id = event.id;
    record.commit_id = request.events.front().id;
    record.commit_pos = i++;
    record.commit_size = static_cast<std::int32_t>(request.events.size());
    record.aggregate_id = aggregate_id;
    commit.push_back({record, event.type, event.payload, event.metadata});
  }
  return commit;
}
// [/commit]

EventPage MemoryLog::read_stream(std::string_view aggregate_id, Version from, std::size_t max) {
  EventPage page;
  page.set_at_end(true);
  const std::scoped_lock lock{mutex_};
  const auto entry = streams_.find(aggregate_id);
  if (entry == streams_.end()) return page;

  const std::vector<std::size_t>& events = entry->second.events;
  const auto first = static_cast<std::size_t>(std::max<std::int64_t>(from.value(), 0));
  if (first >= events.size()) return page;
  const std::size_t count = std::min(std::max<std::size_t>(max, 1), events.size() - first);
  for (std::size_t i = 0; i < count; ++i) page.add(events_[events[first + i]].view());
  page.set_at_end(first + count == events.size());
  return page;
}

EventPage MemoryLog::read_all(Position after, std::size_t max) {
  const std::scoped_lock lock{mutex_};
  return page_after(after, std::max<std::size_t>(max, 1));
}

EventPage MemoryLog::page_after(Position after, std::size_t max) const {
  EventPage page;
  const auto first = static_cast<std::size_t>(std::max<std::int64_t>(after.value(), 0));
  const std::size_t count = first < events_.size() ? std::min(max, events_.size() - first) : 0;
  for (std::size_t i = 0; i < count; ++i) page.add(events_[first + i].view());
  page.set_at_end(first + count >= events_.size());
  return page;
}

RecordedEvent MemoryLog::StoredEvent::view() const {
  RecordedEvent event = record;
  event.type = type;
  event.payload = payload;
  event.metadata = metadata;
  return event;
}

Position MemoryLog::checkpoint(std::string_view subscription) {
  const std::scoped_lock lock{mutex_};
  const auto place = places_.find(subscription);
  return place == places_.end() ? Position::start() : place->second.checkpoint.value_or(Position::start());
}

bool MemoryLog::is_in_time_order() {
  const std::scoped_lock lock{mutex_};
  return in_time_order_;
}

Position MemoryLog::head() {
  const std::scoped_lock lock{mutex_};
  return last();
}

std::optional<Appended> MemoryLog::find_append(std::string_view aggregate_id, std::string_view idempotency_key) {
  const std::scoped_lock lock{mutex_};
  const auto entry = streams_.find(aggregate_id);
  if (entry == streams_.end()) return std::nullopt;
  const auto first = entry->second.appends.find(idempotency_key);
  if (first == entry->second.appends.end()) return std::nullopt;
  Appended result = first->second;
  result.repeated = true;
  return result;
}

}  // namespace leftfold::inline v0::detail
