// SPDX-License-Identifier: Apache-2.0
// Metrics of snapshots.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <leftfold/metrics.h>

namespace leftfold::inline v0::detail {

// leftfold_snapshot_loads_total and leftfold_snapshot_writes_total of one type of aggregate; docs/reference/metrics.md.
// Any thread; the Metrics must outlive it.
struct SnapshotCounts {
  SnapshotCounts(Metrics& metrics, std::string_view aggregate);

  // Loads: every one ends in one of these.
  Counter& used;     // the load began at it
  Counter& none;     // there is none
  Counter& later;    // it is newer than what was asked for
  Counter& stale;    // it is not of this stream
  Counter& corrupt;  // it cannot be read
  Counter& failed;   // the store could not say, or is left alone after a failure
  // Writes.
  Counter& written;
  Counter& older;       // one of its version or a newer one was there
  Counter& dropped;     // too many waited, or the end came first
  Counter& unstorable;  // the state is nothing that JSON can hold
  Counter& write_failed;
};

// Those of all types, made at first use. Any thread.
class AllSnapshotCounts {
 public:
  explicit AllSnapshotCounts(Metrics& metrics) : metrics_{metrics} {}
  [[nodiscard]] const SnapshotCounts& of(std::string_view aggregate);

 private:
  Metrics& metrics_;
  std::mutex mutex_;
  std::map<std::string, SnapshotCounts, std::less<>> counts_;
};

}  // namespace leftfold::inline v0::detail
