// SPDX-License-Identifier: Apache-2.0
// What a Resequencer knows of one aggregate.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <leftfold/types.h>

#include "runtime/change_lane.h"

namespace leftfold::inline v0::runtime {

struct AggregateEntry;

/// A change that waits for the acknowledgement of a version that it did not send itself.
struct Waiter {
  std::int64_t version;
  OpenChange* change;
  [[nodiscard]] static bool later(const Waiter& a, const Waiter& b) noexcept { return a.version > b.version; }
};

/// Why an aggregate does not go on.
struct Stall {
  enum class Kind {
    postponed,  ///< a stop or deadline came in the middle; nothing is wrong
    gap,        ///< the store does not show a version yet that a change told of
    corrupt,    ///< the store cannot read the next event
    refused,    ///< the broker can never take the next event
  };
  Kind kind = Kind::postponed;
  std::string why;
  std::int64_t at = 0;      ///< AggregateEntry::sent when it began
  std::int64_t wanted = 0;  ///< the newest version that a change told of
  Instant since{};
  int tries = 1;                                           ///< that found no way on
  bool blocked = false;                                    ///< people were told
  std::multimap<Instant, AggregateEntry*>::iterator turn;  ///< when it is tried again
};

/// One aggregate. Versions as plain numbers, -1 for none. Plain data of the Resequencer's thread.
struct AggregateEntry {
  std::string id;
  std::int64_t acked = -1;         ///< everything up to here is acknowledged, by whomever it was sent
  std::int64_t sent = -1;          ///< at least acked; what lies between is on the way
  std::uint64_t first_ticket = 0;  ///< the oldest one that holds acked back; 0: nothing is on the way
  std::uint64_t last_ticket = 0;
  std::uint64_t loaded_in = 0;  ///< in which turn its cursor was read
  bool dirty = false;           ///< acked has moved since the cursors were taken
  bool resting = false;         ///< in the list of those that may be forgotten
  AggregateEntry* newer = nullptr;
  AggregateEntry* older = nullptr;
  std::vector<Waiter> waiters;  ///< a heap, lowest version first
  std::unique_ptr<Stall> stall;

  void add_waiter(std::int64_t version, OpenChange& change) {
    waiters.push_back({version, &change});
    std::push_heap(waiters.begin(), waiters.end(), &Waiter::later);
  }
  /// Lets an earlier change of this lane wait for `version` too. Returns false when none waits.
  [[nodiscard]] bool raise_waiter(const ChangeLane& lane, std::int64_t version) noexcept {
    const auto at =
        std::find_if(waiters.begin(), waiters.end(), [&](const Waiter& w) { return w.change->lane == &lane; });
    if (at == waiters.end()) return false;
    at->version = std::max(at->version, version);
    std::make_heap(waiters.begin(), waiters.end(), &Waiter::later);
    return true;
  }
  /// Settles those whose version is acknowledged.
  void settle_waiters() noexcept {
    while (!waiters.empty() && waiters.front().version <= acked) {
      ChangeLane::settle(*waiters.front().change);
      std::pop_heap(waiters.begin(), waiters.end(), &Waiter::later);
      waiters.pop_back();
    }
  }
};

}  // namespace leftfold::inline v0::runtime
