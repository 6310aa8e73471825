// SPDX-License-Identifier: Apache-2.0
// Which positions of a store a replay is about.
#pragma once

#include <leftfold/event_store.h>
#include <leftfold/replay.h>

namespace leftfold::inline v0::runtime {

struct ReplayRange {
  Position after;  ///< the events after this one
  Position to;     ///< up to this one
};

/// The last position up to `head` whose event was stored before `time`, start() for none, by bisection: only for a
/// store that is in time order. Throws what the store throws.
[[nodiscard]] Position last_before(EventStore& store, Timestamp time, Position head);

/// Positions and times of `options` as positions; times by bisection, as committed_at does not decrease along them.
/// Throws what the store throws.
[[nodiscard]] ReplayRange range_of(const ReplayOptions& options, EventStore& store);

}  // namespace leftfold::inline v0::runtime
