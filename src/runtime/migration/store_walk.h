// SPDX-License-Identifier: Apache-2.0
// Everything a store holds, read once: its events, or its aggregates.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <leftfold/event_scan.h>
#include <leftfold/event_store.h>

namespace leftfold::inline v0::runtime {

/// What is read of a store. Plain value; what it points to must outlive its users.
struct ReadStore {
  EventStore* events = nullptr;
  EventScan* scan = nullptr;  ///< null: its events have an order, and end for us where it ends when the walk begins
};

/// Reads page by page; memory holds one page (16 MiB of text at most). In order where the store has one, else aggregate
/// by aggregate. One thread at a time. All functions throw as the store, and Error(corrupt) for an aggregate whose
/// first event is missing.
class StoreWalk {
 public:
  using OnEvent = std::function<void(const RecordedEvent& event)>;
  using OnAggregate = std::function<void(const std::string& aggregate_id)>;

  /// Throws as EventStore::head.
  StoreWalk(ReadStore store, std::stop_token stop);

  /// Every event. Returns false when a stop was requested before the end.
  bool events(const OnEvent& take);
  /// Every aggregate once, by its first event. Returns false when a stop was requested before the end.
  bool aggregates(const OnAggregate& take);
  /// The events of one aggregate in order. Returns false when a stop was requested before the end.
  bool stream(std::string_view aggregate_id, const OnEvent& take) const;
  /// Whether the aggregate has events; reads one.
  [[nodiscard]] bool has(std::string_view aggregate_id) const;

  /// How far the present walk is, from 0 to 1; 0 when nobody knows.
  [[nodiscard]] double part() const noexcept;

 private:
  bool read_all(const OnEvent& take);
  bool scan(const OnAggregate& take);
  void look_at(const RecordedEvent& event, const OnAggregate& take);

  const ReadStore store_;
  const std::stop_token stop_;
  std::optional<Position> end_;  // of a store in order
  std::uint64_t size_ = 0;       // about, in events
  std::uint64_t done_ = 0;
  std::string last_aggregate_;  // of a scan
};

}  // namespace leftfold::inline v0::runtime
