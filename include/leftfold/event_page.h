// SPDX-License-Identifier: Apache-2.0
// Events as a store hands them out: records whose text lives in the page that carries them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <leftfold/types.h>
#include <leftfold/uuid.h>

namespace leftfold::inline v0 {

/// The type of an event that only repeats the state before it, as the Node library writes between events: it has a
/// version of its own, aggregates pass over it, and no struct can have this name.
inline constexpr std::string_view kSnapshotNote = "$Snapshot";

/// The type of a record that a broker holds and nobody can read as an event: no JSON, a field missing, too deep. Its
/// payload is the record's bytes, its metadata says why. Every handler receives it and fails permanently on it, so that
/// it is parked with its bytes instead of being passed over; no struct can have this name.
inline constexpr std::string_view kUnreadable = "$Unreadable";

/// The type of an event that stands in a broker for one that could not be published: it has its aggregate, version and
/// id, and its metadata says why. Handlers fail on it as on kUnreadable; no struct can have this name.
inline constexpr std::string_view kUnpublished = "$Unpublished";

/// One stored event, undecoded. The texts are views into the EventPage it came from and end with it.
/// A commit is all events of one append; it is named by the id of its first event.
struct RecordedEvent {
  Position position;                ///< place in the store, or in its partition of a broker
  std::int32_t partition = 0;       ///< broker partition; the embedded broker has only 0
  std::int32_t schema_version = 1;  ///< version of the event's struct when it was written
  Version version;                  ///< place in its aggregate
  Timestamp committed_at{};      ///< wall clock of the store; along positions of one embedded store it decreases only
                                 ///< where events were imported
  Uuid id;                       ///< unique identity, the same on every delivery
  Uuid commit_id;                ///< id of the first event of its commit
  std::int32_t commit_pos = 0;   ///< 0-based place in its commit
  std::int32_t commit_size = 1;  ///< number of events in its commit
  std::string_view aggregate_id;
  std::string_view type;      ///< stored event name, such as CartItemAdded
  std::string_view payload;   ///< JSON object
  std::string_view metadata;  ///< JSON object of strings; empty when there is none
};

/// A run of events read in one go, with the memory their texts live in.
/// One thread at a time while it is filled, immutable after. Moving keeps all views valid.
class EventPage {
 public:
  EventPage() = default;
  EventPage(EventPage&&) noexcept = default;
  EventPage& operator=(EventPage&&) noexcept = default;
  EventPage(const EventPage&) = delete;
  EventPage& operator=(const EventPage&) = delete;
  ~EventPage() = default;

  [[nodiscard]] std::span<const RecordedEvent> events() const noexcept { return events_; }
  [[nodiscard]] auto begin() const noexcept { return events_.begin(); }
  [[nodiscard]] auto end() const noexcept { return events_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return events_.size(); }
  [[nodiscard]] bool empty() const noexcept { return events_.empty(); }
  [[nodiscard]] const RecordedEvent& operator[](std::size_t i) const { return events_[i]; }
  [[nodiscard]] const RecordedEvent& back() const { return events_.back(); }
  /// True when the reader saw the end: there was no further event at the time of the read.
  [[nodiscard]] bool at_end() const noexcept { return at_end_; }

  /// For stores: makes room for `events` more, with `text_bytes` of text between them.
  void reserve(std::size_t events, std::size_t text_bytes);
  /// For stores: adds a copy of `event`, texts included. Throws std::bad_alloc; then the page is as before.
  void add(const RecordedEvent& event);
  /// For stores: records that nothing followed the last event.
  void set_at_end(bool at_end) noexcept { at_end_ = at_end; }

 private:
  [[nodiscard]] std::string_view keep(std::string_view text);

  std::vector<RecordedEvent> events_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t free_bytes_ = 0;
  bool at_end_ = false;
};

}  // namespace leftfold::inline v0
