// SPDX-License-Identifier: Apache-2.0
// Snapshots: what Repositories of one process read and write snapshots through.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>

#include <leftfold/clock.h>
#include <leftfold/log.h>
#include <leftfold/metrics.h>
#include <leftfold/snapshot_store.h>

namespace leftfold::inline v0 {

namespace detail {
class SnapshotDesk;  // Repository's side
}

/// What may wait to be written, and for how long. Plain value.
struct SnapshotsOptions {
  enum class Mode {
    read_write,
    read_only,  ///< snapshots are used, none is written or removed
  };
  Mode mode = Mode::read_write;
  std::size_t most_waiting = 1000;  ///< snapshots that wait to be written; more are dropped
  std::size_t most_waiting_bytes = std::size_t{64} * 1024 * 1024;  ///< of their states
  std::chrono::milliseconds drain{2000};  ///< how long the destructor goes on writing; then it drops what waits
  std::chrono::milliseconds pause{5000};  ///< for so long a store that failed is left alone, in both directions
  Clock* clock = &system_clock();         ///< must outlive it, as the next two
  Metrics* metrics = &no_metrics();       ///< leftfold_snapshot_*
  Logger* log = &no_log();                ///< told of failures
};

/// Uses a SnapshotStore as the shortcut it is: nothing that goes wrong with it fails a command or a load, and no
/// command waits for a write. Those happen on a thread of its own, started by the first; of an aggregate only the
/// newest waits. One for each store and process, shared by its repositories:
///
///     leftfold::Snapshots snapshots{store.snapshots()};
///     leftfold::Repository<Cart> carts{store, {.snapshots = &snapshots, .snapshot_policy = {.every = 100}}};
///
/// Any thread. Must outlive the repositories; the store must outlive it. Not to be used in a child made by fork(). The
/// destructor writes what waits, for `drain` and the write in progress at most.
class Snapshots {
 public:
  explicit Snapshots(SnapshotStore& store, SnapshotsOptions options = {});
  ~Snapshots();
  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;

  /// Waits until everything handed over before is written, or dropped. Returns false when `deadline`, on the options'
  /// clock, or `stop` came first.
  bool flush(const std::stop_token& stop = {}, Instant deadline = kNever);

  [[nodiscard]] SnapshotStore& store() noexcept;
  /// For Repository.
  [[nodiscard]] detail::SnapshotDesk& desk() noexcept { return *desk_; }

 private:
  std::unique_ptr<detail::SnapshotDesk> desk_;
};

}  // namespace leftfold::inline v0
