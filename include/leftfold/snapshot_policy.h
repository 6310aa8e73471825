// SPDX-License-Identifier: Apache-2.0
// When a snapshot of an aggregate is taken.
#pragma once

#include <chrono>
#include <cstddef>

namespace leftfold::inline v0 {

/// A snapshot is taken when one of `every`, `older_than` and `slower_than` says so and `at_most_every` allows it; all
/// look at what lies behind the newest snapshot, or at the whole stream when there is none. Asked after every load of
/// the newest state and after every command; never when nothing happened since the newest snapshot. Plain value.
struct SnapshotPolicy {
  std::size_t every = 100;                     ///< this many events; 0: however many there are
  std::chrono::milliseconds older_than{0};     ///< the snapshot, or the first event, is that old; zero: however old
  std::chrono::milliseconds slower_than{0};    ///< the load took longer; zero: however long
  std::chrono::milliseconds at_most_every{0};  ///< the newest snapshot must be that old; zero: no limit

  /// Snapshots are used, and none is taken.
  [[nodiscard]] static constexpr SnapshotPolicy never() { return {.every = 0}; }

  bool operator==(const SnapshotPolicy&) const = default;
};

}  // namespace leftfold::inline v0
