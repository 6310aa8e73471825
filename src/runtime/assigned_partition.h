// SPDX-License-Identifier: Apache-2.0
// A partition while this process has it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <leftfold/event_feed.h>

#include "runtime/offset_window.h"

namespace leftfold::inline v0::detail {

/// One assignment of a partition. Its tasks keep it alive, so that a handler that finishes after the partition went
/// away finds `live` false and its result is fenced.
struct AssignedPartition {
  explicit AssignedPartition(const Assignment& assignment)
      : partition{assignment.partition},
        epoch{assignment.epoch},
        window{assignment.checkpoint},
        stored{assignment.checkpoint},
        started{assignment.checkpoint} {}

  std::int32_t partition;
  std::int64_t epoch;
  OffsetWindow window;
  Position stored;            // the last checkpoint
  Position started;           // the newest event given to a handler
  std::size_t in_flight = 0;  // events queued and running
  bool live = true;           // false: another process may have it; results no longer count
  bool held = false;          // full: its events stay in the feed while those of others come
  bool draining = false;      // revoked: what was begun is brought to an end, then release()
  Instant drain_deadline{};
};

}  // namespace leftfold::inline v0::detail
