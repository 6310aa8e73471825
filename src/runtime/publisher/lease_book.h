// SPDX-License-Identifier: Apache-2.0
// What one worker knows of the leases of its group, and what it should do about them.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/lease_store.h>
#include <leftfold/types.h>

namespace leftfold::inline v0::runtime {

/// Leases by observation: one is free when nobody owns it, or when its counter was not seen to move for `expires_after`
/// on this process's monotonic clock. Nothing here asks a store or a clock, so that tests can play every course.
/// (The scheme of the Kinesis Client Library: LeaseTaker, LeaseRenewer.)
/// One thread at a time.
class LeaseBook {
 public:
  using Names = std::set<std::string, std::less<>>;

  LeaseBook(std::string worker, std::chrono::nanoseconds expires_after);

  /// Takes note of all leases of the group, as listed; `now` is when the answer was there, not when it was asked for:
  /// an owner gets the benefit of a slow answer.
  void observe(std::vector<Lease> listed, Instant now);
  /// Takes note that a write was stored; `lease` is what was handed to LeaseStore::write().
  void wrote(Lease lease, Instant now);
  /// Takes note that a lease was removed.
  void removed(std::string_view name);
  /// Takes note that a write was refused: whatever is known of the lease is out of date, so it is not ours any more.
  void refused(std::string_view name);

  [[nodiscard]] const Lease* find(std::string_view name) const;
  [[nodiscard]] std::vector<const Lease*> all() const;
  /// Owned by this worker and not done.
  [[nodiscard]] bool mine(std::string_view name) const;
  /// Not done, and anyone may take it.
  [[nodiscard]] bool free(std::string_view name, Instant now) const;

  /// The leases to take now, as known: free ones up to this worker's share of `eligible`. A share is
  /// ceil(leases / workers); workers are those that own one that has not expired, and this one, so a new worker without
  /// any counts itself.
  [[nodiscard]] std::vector<Lease> to_take(const Names& eligible, Instant now) const;
  /// The lease to take from another worker: when none is free, one of the worker that has most of them, as long as it
  /// has two more than this one. Each steal makes the difference smaller, so leases come to rest.
  [[nodiscard]] std::optional<Lease> to_steal(const Names& eligible, Instant now) const;

 private:
  struct Entry {
    Lease lease;
    Instant moved{};       // when its counter was last seen to move
    bool refused = false;  // until it is listed again
  };
  struct Shares {
    std::vector<const Lease*> free;
    std::map<std::string_view, std::vector<const Lease*>> owned;  // by workers that live, this one among them
  };
  [[nodiscard]] bool free(const Entry& entry, Instant now) const;
  [[nodiscard]] Shares shares(const Names& eligible, Instant now) const;

  const std::string worker_;
  const std::chrono::nanoseconds expires_after_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace leftfold::inline v0::runtime
