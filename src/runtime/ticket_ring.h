// SPDX-License-Identifier: Apache-2.0
// What each ticket of a sink stands for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <leftfold/types.h>

#include "runtime/aggregate_entry.h"

namespace leftfold::inline v0::runtime {

/// An event that was sent.
struct SentEvent {
  AggregateEntry* aggregate = nullptr;
  OpenChange* change = nullptr;  ///< that it settles; null: none
  std::int64_t version = 0;
  std::uint64_t next = 0;  ///< ticket of the aggregate's next event; 0: none yet
  Timestamp committed_at{};
  bool acknowledged = false;
};

/// Tickets come one after the other, so what they stand for lies in a ring, by ticket; it takes no memory for an event
/// once it has grown. It spans from the oldest ticket that was not acknowledged to the newest. One thread at a time.
class TicketRing {
 public:
  /// Makes the next add() safe. Throws std::bad_alloc.
  void make_room() {
    if (span() == events_.size()) grow();
  }
  /// After make_room(): the entry of the next ticket. Null when `ticket` is not the next one.
  [[nodiscard]] SentEvent* add(std::uint64_t ticket) noexcept {
    if (end_ == 0) first_ = end_ = ticket;
    if (ticket != end_) return nullptr;
    ++end_;
    return &(at(ticket) = SentEvent{});
  }
  /// Null for a ticket that is not open.
  [[nodiscard]] SentEvent* find(std::uint64_t ticket) noexcept {
    if (ticket < first_ || ticket >= end_ || at(ticket).acknowledged) return nullptr;
    return &at(ticket);
  }
  /// Of a ticket from the oldest open one on.
  [[nodiscard]] SentEvent& at(std::uint64_t ticket) noexcept { return events_[ticket & (events_.size() - 1)]; }
  [[nodiscard]] const SentEvent& at(std::uint64_t ticket) const noexcept {
    return events_[ticket & (events_.size() - 1)];
  }
  /// Lets go of the oldest tickets, as far as they are acknowledged.
  void shorten() noexcept {
    while (first_ < end_ && at(first_).acknowledged) ++first_;
  }
  [[nodiscard]] std::size_t span() const noexcept { return static_cast<std::size_t>(end_ - first_); }
  [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
  [[nodiscard]] std::uint64_t end() const noexcept { return end_; }

 private:
  void grow() {
    std::vector<SentEvent> wider(std::max<std::size_t>(1024, events_.size() * 2));
    for (std::uint64_t ticket = first_; ticket < end_; ++ticket) wider[ticket & (wider.size() - 1)] = at(ticket);
    events_.swap(wider);
  }

  std::vector<SentEvent> events_;  // a power of two
  std::uint64_t first_ = 0;
  std::uint64_t end_ = 0;  // the next ticket; 0 before the first
};

}  // namespace leftfold::inline v0::runtime
