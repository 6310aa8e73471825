// SPDX-License-Identifier: Apache-2.0
// What a MemoryStore holds: one log of events, an index by aggregate, and each subscription's place in the log.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_page.h>
#include <leftfold/event_store.h>

namespace leftfold::inline v0::detail {

class MemorySubscription;

/// The insides that a MemoryStore and its subscriptions share. The EventStore's functions keep the contracts of
/// event_store.h. Any thread: all of it is read and written under mutex_, and every change that a take() may be waiting
/// for ends with changed_.notify_all(). The clock must outlive it.
class MemoryLog {
 public:
  explicit MemoryLog(Clock& clock) : clock_{&clock} {}

  /// `recorded_at` instead of the clock's time for a commit of another store.
  [[nodiscard]] AppendResult append(const AppendRequest& request, std::optional<Timestamp> recorded_at = {});
  [[nodiscard]] EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max);
  [[nodiscard]] EventPage read_all(Position after, std::size_t max);
  [[nodiscard]] Position head();
  [[nodiscard]] bool is_in_time_order();
  [[nodiscard]] Position checkpoint(std::string_view subscription);
  [[nodiscard]] std::optional<Appended> find_append(std::string_view aggregate_id, std::string_view idempotency_key);

 private:
  friend class MemorySubscription;

  struct StoredEvent {
    RecordedEvent record;  // all but the three texts below
    std::string type;
    std::string payload;
    std::string metadata;
    [[nodiscard]] RecordedEvent view() const;
  };

  struct Stream {
    std::vector<std::size_t> events;                       // indices into events_, by version
    std::map<std::string, Appended, std::less<>> appends;  // by idempotency key
    [[nodiscard]] Version version() const { return Version{static_cast<std::int64_t>(events.size()) - 1}; }
  };

  // What is kept of a subscription's name.
  struct Place {
    std::optional<Position> checkpoint;
    std::int64_t epoch = 0;                         // of the newest assignment
    const MemorySubscription* owner = nullptr;      // who has the partition now
    std::deque<const MemorySubscription*> waiting;  // who waits for it inside take(), longest first
  };

  // With mutex_ held.
  [[nodiscard]] Position last() const { return Position{static_cast<std::int64_t>(events_.size())}; }
  [[nodiscard]] std::deque<StoredEvent> commit_of(const AppendRequest& request, std::string_view aggregate_id,
                                                  Timestamp committed_at) const;
  [[nodiscard]] EventPage page_after(Position after, std::size_t max) const;

  Clock* const clock_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<StoredEvent> events_;                      // the event at position p is events_[p - 1]
  std::map<std::string, Stream, std::less<>> streams_;  // by aggregate; keys never move, so records view them
  std::map<std::string, Place, std::less<>> places_;    // by subscription name
  Timestamp last_commit_ = Timestamp::min();
  bool in_time_order_ = true;
};

}  // namespace leftfold::inline v0::detail
