// SPDX-License-Identifier: Apache-2.0
// The way to the broker and back: events sent, and what their receipts settle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <leftfold/event_sink.h>

#include "runtime/aggregate_cache.h"
#include "runtime/resequencer_counts.h"
#include "runtime/ticket_ring.h"
#include "runtime/until.h"

namespace leftfold::inline v0::runtime {

/// Sends events of aggregates in the order in which it is told to, and moves AggregateEntry::acked over
/// acknowledgements without a gap. One thread at a time; what it was given must outlive it.
class OutgoingEvents {
 public:
  OutgoingEvents(EventSink& sink, AggregateCache& cache, ResequencerCounts& counts)
      : sink_{sink}, cache_{cache}, counts_{counts} {}

  enum class Sent {
    yes,
    not_yet,  ///< there was no room until the call was over
    never,    ///< the broker can never take it; why() says why
  };
  /// Sends the aggregate's next event, waiting for room. Its acknowledgement settles one event of `change`, if there is
  /// one. Throws Error(unavailable) as receive(), and what the sink throws.
  [[nodiscard]] Sent send(AggregateEntry& entry, const RecordedEvent& event, OpenChange* change, const Until& until);
  [[nodiscard]] const std::string& why() const noexcept { return why_; }

  /// Waits for receipts and takes what they say; returns how many there were. Throws Error(unavailable) when the broker
  /// failed an event; what was acknowledged with it is noted.
  std::size_t receive(const std::stop_token& stop, Instant deadline);

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// When the oldest event on the way was stored.
  [[nodiscard]] std::optional<Timestamp> oldest() const noexcept;

 private:
  [[nodiscard]] std::uint64_t hand_over(const RecordedEvent& event);
  void acknowledge(SentEvent& event);

  EventSink& sink_;
  AggregateCache& cache_;
  ResequencerCounts& counts_;
  TicketRing tickets_;
  std::size_t count_ = 0;
  std::string why_;
};

}  // namespace leftfold::inline v0::runtime
