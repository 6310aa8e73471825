// SPDX-License-Identifier: Apache-2.0
// Writes snapshots behind the backs of those who take them.
#pragma once

#include <atomic>
#include <compare>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include <leftfold/error.h>
#include <leftfold/snapshot_store.h>
#include <leftfold/snapshots.h>

#include "core/snapshot_counts.h"

namespace leftfold::inline v0::detail {

struct SnapshotKey {
  std::string aggregate_id;
  std::string schema;
  auto operator<=>(const SnapshotKey&) const = default;
};

// A snapshot that is on its way. Plain value.
struct PendingSnapshot {
  Version version;
  Timestamp taken_at{};
};

// A store that failed is left alone for a while: it may make every caller wait for a timeout. Any thread.
class StoreRest {
 public:
  StoreRest(Clock& clock, std::chrono::milliseconds length) : clock_{clock}, length_{length} {}
  void begin() noexcept { until_.store((clock_.instant() + length_).time_since_epoch().count()); }
  [[nodiscard]] Instant until() const noexcept { return Instant{Instant::duration{until_.load()}}; }
  [[nodiscard]] bool is_on() const noexcept { return clock_.instant() < until(); }

 private:
  Clock& clock_;
  const std::chrono::milliseconds length_;
  std::atomic<Instant::duration::rep> until_{Instant::min().time_since_epoch().count()};
};

// What waits to be written or removed, the newest of each key, and the thread that does it. The destructor does what
// it can within SnapshotsOptions::drain. Any thread; what it is given must outlive it.
class SnapshotWriter {
 public:
  SnapshotWriter(SnapshotStore& store, const SnapshotsOptions& options, StoreRest& rest);
  ~SnapshotWriter();

  // Takes the place of one of the same key that waits. Counted as dropped when there is no room for it.
  void put(StoredSnapshot snapshot, const SnapshotCounts& counts) noexcept;
  // Removes what is stored under the key before anything is put there.
  void discard(SnapshotKey key, const SnapshotCounts& counts) noexcept;
  // The one of that key that waits or is being written, if any.
  [[nodiscard]] std::optional<PendingSnapshot> pending(const SnapshotKey& key) noexcept;
  // As Snapshots::flush.
  bool flush(const std::stop_token& stop, Instant deadline);

  // A key whose snapshots the store or JSON cannot hold is left alone for a while.
  void refuse(SnapshotKey key) noexcept;
  [[nodiscard]] bool is_refused(const SnapshotKey& key) noexcept;
  // The store is left alone, or takes none for now.
  [[nodiscard]] bool rests() const noexcept { return rest_.is_on() || full_.is_on(); }

 private:
  struct Job {
    std::optional<StoredSnapshot> snapshot;
    bool discard = false;
    std::uint64_t ticket = 0;
    const SnapshotCounts* counts = nullptr;
  };
  // The job of the key, made if it must be; null when there is no room. With the mutex held.
  Job* job_of(const SnapshotKey& key, const SnapshotCounts& counts);
  void run(const std::stop_token& stop);
  void work_on(const SnapshotKey& key, const Job& job) noexcept;
  void failed(const SnapshotKey& key, const Job& job, std::optional<Errc> code, const char* what) noexcept;
  void drop_all() noexcept;

  SnapshotStore& store_;
  const SnapshotsOptions options_;
  StoreRest& rest_;
  StoreRest full_;  // what may not be written, or not for lack of space, can be read all the same
  Gauge& waiting_;

  std::mutex mutex_;  // of what follows
  std::condition_variable_any told_;
  std::condition_variable_any settled_;
  std::map<SnapshotKey, Job> jobs_;
  std::deque<SnapshotKey> order_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ticket_ = 0;
  const SnapshotKey* working_key_ = nullptr;  // what the thread does now
  const Job* working_job_ = nullptr;
  std::map<SnapshotKey, Instant> refused_;
  Instant end_ = kNever;
  std::jthread thread_;
};

}  // namespace leftfold::inline v0::detail
