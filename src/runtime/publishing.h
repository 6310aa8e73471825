// SPDX-License-Identifier: Apache-2.0
// What is done with one version of one aggregate.
#pragma once

#include <cstdint>
#include <string>

#include <leftfold/cursor_store.h>
#include <leftfold/event_store.h>

#include "runtime/aggregate_cache.h"
#include "runtime/outgoing_events.h"
#include "runtime/resequencer.h"
#include "runtime/stalled_aggregates.h"
#include "runtime/until.h"

namespace leftfold::inline v0::runtime {

/// Drops, sends, reads back or stalls, as Resequencer says. One thread at a time; what it was given must outlive it.
class Publishing {
 public:
  Publishing(EventStore& store, CursorStore& cursors, AggregateCache& cache, OutgoingEvents& outgoing,
             ResequencerCounts& counts, const ResequencerOptions& options)
      : store_{store},
        cursors_{cursors},
        cache_{cache},
        outgoing_{outgoing},
        counts_{counts},
        options_{options},
        stalled_{options.blocked_retry, *options.log} {}

  /// A change told of this version; `image` is the event itself, null when it has to be asked for. `turn` tells
  /// cursors that were read a moment ago. When the call is over before it is done, the rest is done by a later retry.
  void deliver(AggregateEntry& entry, std::int64_t version, const RecordedEvent* image, OpenChange& change,
               std::uint64_t turn, const Until& until);
  /// Tries those again whose time has come. Returns whether one of them went on.
  bool retry(std::uint64_t turn, const Until& until);

  [[nodiscard]] const StalledAggregates& stalled() const noexcept { return stalled_; }

 private:
  void wait_for(AggregateEntry& entry, std::int64_t version, OpenChange& change);
  [[nodiscard]] bool catch_up(AggregateEntry& entry, std::int64_t version, std::uint64_t turn, const Until& until);
  [[nodiscard]] bool read_back(AggregateEntry& entry, std::int64_t version, const Until& until);
  [[nodiscard]] bool pass_corrupt(AggregateEntry& entry, const std::string& why, const Until& until);
  [[nodiscard]] bool send(AggregateEntry& entry, const RecordedEvent& event, OpenChange* change, const Until& until);
  [[nodiscard]] bool send_marker(AggregateEntry& entry, const RecordedEvent& event, const std::string& why,
                                 OpenChange* change, const Until& until);
  void load_anew(AggregateEntry& entry, std::uint64_t turn);
  void stall(AggregateEntry& entry, Stall::Kind kind, std::string why);

  EventStore& store_;
  CursorStore& cursors_;
  AggregateCache& cache_;
  OutgoingEvents& outgoing_;
  ResequencerCounts& counts_;
  const ResequencerOptions& options_;
  StalledAggregates stalled_;
};

}  // namespace leftfold::inline v0::runtime
