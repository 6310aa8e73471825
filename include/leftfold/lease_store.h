// SPDX-License-Identifier: Apache-2.0
// Port: leases, by which processes divide work among themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// One piece of work and who does it. Who owns it is no matter of time: each process counts, on its own monotonic
/// clock, how long the counter of a lease has not moved, so no two clocks are ever compared. Plain value.
struct Lease {
  std::string group;         ///< what belongs together, such as one publisher
  std::string name;          ///< unique in its group
  std::string owner;         ///< who does the work; empty: nobody
  std::int64_t counter = 0;  ///< 0: does not exist; each write makes it one more
  std::string checkpoint;    ///< how far the work is; empty: not begun
  bool done = false;         ///< the work is finished for good
  std::string note;          ///< for people, such as why work was given up
  Timestamp renewed_at{};    ///< by the writer's wall clock: for people, and to notice that nobody was there for hours
  bool operator==(const Lease&) const = default;
};

/// Throws Error(invalid_argument) for a lease without a group or name. For those who write stores.
void validate(const Lease& lease);

/// Port: leases, changed by compare-and-set on their counter. A write that returns true is stored, one that returns
/// false or throws Error(unavailable, throttled, permission_denied, storage_full) is not; after Error(in_doubt) nobody
/// knows, and the next list() tells. testing/lease_suite.h checks it.
/// Any thread. Must outlive everything that was given a reference to it.
class LeaseStore {
 public:
  virtual ~LeaseStore() = default;

  /// All leases of a group, by name. Sees every write that returned before.
  [[nodiscard]] virtual std::vector<Lease> list(std::string_view group) = 0;
  /// Stores the lease if the stored counter is still `lease.counter` (0: there is none), and makes the counter one
  /// more. Returns whether it did. Throws Error(invalid_argument) as validate() too.
  [[nodiscard]] virtual bool write(const Lease& lease) = 0;
  /// Forgets the lease if its counter is still `lease.counter`. Returns whether it did.
  [[nodiscard]] virtual bool remove(const Lease& lease) = 0;
};

}  // namespace leftfold::inline v0
