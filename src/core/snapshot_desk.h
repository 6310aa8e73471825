// SPDX-License-Identifier: Apache-2.0
// Snapshots as Repository uses them: found, checked, handed over; never an exception.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <leftfold/snapshot_policy.h>
#include <leftfold/snapshot_store.h>
#include <leftfold/snapshots.h>

#include "core/snapshot_counts.h"
#include "core/snapshot_writer.h"

namespace leftfold::inline v0::detail {

// Any thread. The store and what the options name must outlive it.
class SnapshotDesk {
 public:
  SnapshotDesk(SnapshotStore& store, const SnapshotsOptions& options)
      : store_{store},
        options_{options},
        rest_{*options.clock, options.pause},
        counts_{*options.metrics},
        writer_{store, options, rest_} {}

  [[nodiscard]] const SnapshotCounts& counts(std::string_view aggregate) { return counts_.of(aggregate); }

  // What the store has; empty, and counted, when it has none or cannot say.
  [[nodiscard]] std::optional<StoredSnapshot> find(const SnapshotKey& key, const SnapshotCounts& counts) noexcept;
  // Gets a snapshot out of the way of the next one: it is not of this stream, or cannot be read.
  void discard(const SnapshotKey& key, const SnapshotCounts& counts, std::string_view why) noexcept;

  // Whether a snapshot of that key is worth the work of making one now.
  [[nodiscard]] bool wants(const SnapshotKey& key) noexcept;
  [[nodiscard]] std::optional<PendingSnapshot> pending(const SnapshotKey& key) noexcept { return writer_.pending(key); }
  void put(StoredSnapshot snapshot, const SnapshotCounts& counts) noexcept;
  void refuse(SnapshotKey key, const SnapshotCounts& counts, const char* why) noexcept;

  bool flush(const std::stop_token& stop, Instant deadline) { return writer_.flush(stop, deadline); }
  [[nodiscard]] SnapshotStore& store() noexcept { return store_; }
  [[nodiscard]] Clock& clock() noexcept { return *options_.clock; }

 private:
  void log(LogLevel level, std::string_view message, const SnapshotKey& key, std::string_view error) noexcept;

  SnapshotStore& store_;
  const SnapshotsOptions options_;
  StoreRest rest_;
  AllSnapshotCounts counts_;
  SnapshotWriter writer_;  // uses what stands before it
};

}  // namespace leftfold::inline v0::detail
