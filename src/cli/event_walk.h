// SPDX-License-Identifier: Apache-2.0
// Reads chosen events of a store, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include <leftfold/event_scan.h>
#include <leftfold/event_store.h>

#include "cli/event_choice.h"

namespace leftfold::inline v0::cli {

/// The last version of an aggregate, none() without events: by halving, so with about 2 log2(versions) reads of one
/// event. Throws as EventStore::read_stream.
[[nodiscard]] Version last_version(EventStore& store, std::string_view stream);

/// Walks over a store's events; memory holds one page. What is stored after a walk began may be missing. One thread at
/// a time; the store must outlive it.
class EventWalk {
 public:
  using Take = std::function<bool(const RecordedEvent& event)>;  ///< false ends the walk
  using PageRead = std::function<void()>;
  /// An event that a scan cannot read, and why. Not called: they are counted.
  using Unreadable = std::function<void(const RecordedEvent& event, const std::string& why)>;

  /// With a `scan` the events of all aggregates come in no order.
  EventWalk(EventStore& store, EventScan* scan, std::stop_token stop);

  /// Called behind each page.
  void on_page(PageRead call) { page_read_ = std::move(call); }
  void on_unreadable(Unreadable call) { unreadable_call_ = std::move(call); }

  /// Gives each chosen event to `take`. Returns false when a stop was requested before the end, or before `take` ended
  /// it. Throws as the store, what `take` throws, and Error(unsupported) when a scan is asked for places or an order.
  bool run(const EventChoice& choice, const Take& take);

  /// Events read so far, chosen or not.
  [[nodiscard]] std::size_t looked_at() const noexcept { return looked_at_; }
  /// Those that a scan could not read.
  [[nodiscard]] std::size_t unreadable() const noexcept { return unreadable_; }
  /// From 0 to 1; 0 when nobody knows.
  [[nodiscard]] double part() const noexcept;

 private:
  enum class Went { on, ended, stopped };
  Went give(const EventPage& page, bool reverse, const EventChoice& choice, const Take& take, std::int64_t first,
            std::int64_t last);
  bool all(const EventChoice& choice, const Take& take);
  bool one_stream(const EventChoice& choice, const Take& take);
  bool scan(const EventChoice& choice, const Take& take);
  bool forward(std::int64_t first, std::int64_t last, const EventChoice& choice, const Take& take);
  bool backward(std::int64_t first, std::int64_t last, const EventChoice& choice, const Take& take);
  [[nodiscard]] EventPage page_from(std::int64_t first, std::size_t most, const EventChoice& choice);
  [[nodiscard]] static std::int64_t number_of(const RecordedEvent& event, const EventChoice& choice) noexcept;

  EventStore& store_;
  EventScan* const scan_;
  const std::stop_token stop_;
  PageRead page_read_;
  Unreadable unreadable_call_;
  std::size_t looked_at_ = 0;
  std::size_t unreadable_ = 0;
  std::uint64_t expected_ = 0;
};

}  // namespace leftfold::inline v0::cli
