// SPDX-License-Identifier: Apache-2.0
// Finds the shards of a stream: asks for all of them now and then, and for the children of those that ended at once.
#pragma once

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/error.h>

#include "runtime/publisher/backoff.h"
#include "runtime/publisher/lease_book.h"
#include "runtime/publisher/shard_search.h"
#include "runtime/publisher/shard_table.h"

namespace leftfold::inline v0::runtime {

/// One thread at a time; never waits. What it was given must outlive it.
class ShardDiscovery {
 public:
  struct Pace {
    std::chrono::milliseconds every;  ///< between two listings
    std::chrono::milliseconds again;  ///< after one that failed
  };
  /// `publisher` names it in `notes`.
  ShardDiscovery(ShardSearch& search, Pace pace, std::string publisher, Clock& clock, FailureNotes& notes);

  /// Takes note of the answers there are and asks what is due. Returns whether a listing of all shards was among them.
  /// Throws what the stream threw and does not mend itself.
  bool tick(const LeaseBook& leases);
  /// When tick() has something to ask again; answers come besides.
  [[nodiscard]] Instant next() const;
  /// A shard was read to its end: its children are due.
  void ended(const ShardName& shard) { ask_soon(shard, 0); }

  [[nodiscard]] const ShardTable& table() const noexcept { return table_; }
  /// Why the newest listing failed; empty when it did not.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

 private:
  struct Ask {
    ShardName shard;
    int tries = 0;
    Instant at{};
    bool asked = false;  // and not answered
  };
  [[nodiscard]] bool take_answers(const LeaseBook& leases);
  [[nodiscard]] bool answered(const ShardAnswer& answer);
  void listed(const ShardAnswer& answer, const LeaseBook& leases);
  void children_listed(const ShardAnswer& answer);
  void ask_soon(const ShardName& shard, int tries);
  void ask();

  ShardSearch& search_;
  const Pace pace_;
  const std::string publisher_;
  Clock& clock_;
  FailureNotes& notes_;
  ShardTable table_;
  std::vector<Ask> asks_;
  bool listing_ = false;  // asked for, and not answered
  Instant next_listing_{};
  std::string failure_;
  std::mt19937 random_;
};

}  // namespace leftfold::inline v0::runtime
