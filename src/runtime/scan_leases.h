// SPDX-License-Identifier: Apache-2.0
// Divides a scan of a store among processes, so that it can be stopped and goes on.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <leftfold/clock.h>
#include <leftfold/lease_store.h>

#include "runtime/publisher/lease_book.h"

namespace leftfold::inline v0::runtime {

/// A run over all segments of a store is a group of leases, one a segment; the checkpoint of each is where its scan
/// goes on. When all are done, the next run begins them again. A lease that somebody deletes in between is made again
/// after as long as one is left alone that nobody renews, and its segment scanned from its beginning: whoever begins
/// a run afresh has made its own by then. One thread at a time. The store and the clock must outlive it.
class ScanLeases {
 public:
  /// `expires` is how long a lease that nobody renews is left alone.
  ScanLeases(LeaseStore& store, std::string group, std::string worker, Clock& clock, std::chrono::milliseconds expires);

  /// Joins the run that is not finished, or begins one of so many segments; `afresh` begins one in any case, and
  /// whoever works on the old one loses its segments. Returns the run's number of segments. Throws as LeaseStore, and
  /// Error(corrupt) for leases that are no segments.
  int begin(int segments, bool afresh);

  /// A segment that is not done and that nobody works on, from now on ours; empty when there is none at the moment.
  /// Throws as begin().
  [[nodiscard]] std::optional<Lease> take();
  /// Every segment of the run was there, and done, when take() looked last.
  [[nodiscard]] bool all_done() const;
  /// How many were.
  [[nodiscard]] int done() const;

  /// Renews `mine` with where its scan goes on. Returns false when another process has it now.
  [[nodiscard]] bool keep(Lease& mine, std::string checkpoint);
  /// `mine` was scanned to its end. Returns false when another process has it now.
  [[nodiscard]] bool finish(Lease& mine);
  /// Gives `mine` back as it is; another process may have it already.
  void release(Lease& mine);

  /// The number of a segment's lease, from 0.
  [[nodiscard]] static int number_of(const Lease& segment);
  /// How many segments its run has.
  [[nodiscard]] static int segments_of(const Lease& segment);

 private:
  void look();
  void choose_run();
  void add_missing();
  [[nodiscard]] bool complete() const;
  [[nodiscard]] std::optional<Lease> take_free();
  [[nodiscard]] bool write(Lease& mine, Lease wanted);

  LeaseStore& store_;
  const std::string group_;
  const std::string worker_;
  Clock& clock_;
  const std::chrono::milliseconds expires_;
  LeaseBook book_;                       // as they were seen last
  int segments_ = 0;                     // of the run
  std::map<int, std::set<int>> listed_;  // segments by how many their run has
  Instant missing_since_ = kNever;       // kNever: all segments are there
  std::optional<Lease> in_doubt_;        // what was written when no answer came
};

}  // namespace leftfold::inline v0::runtime
