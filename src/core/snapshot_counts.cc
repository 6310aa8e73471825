// SPDX-License-Identifier: Apache-2.0
#include "core/snapshot_counts.h"

namespace leftfold::inline v0::detail {
namespace {

Counter& loads(Metrics& metrics, std::string_view aggregate, std::string_view result) {
  return metrics.counter("leftfold_snapshot_loads_total", "Loads by what became of the snapshot.",
                         {{"aggregate", aggregate}, {"result", result}});
}

Counter& writes(Metrics& metrics, std::string_view aggregate, std::string_view result) {
  return metrics.counter("leftfold_snapshot_writes_total", "Snapshots that were due, by what became of them.",
                         {{"aggregate", aggregate}, {"result", result}});
}

}  // namespace

SnapshotCounts::SnapshotCounts(Metrics& metrics, std::string_view aggregate)
    : used{loads(metrics, aggregate, "used")},
      none{loads(metrics, aggregate, "none")},
      later{loads(metrics, aggregate, "later")},
      stale{loads(metrics, aggregate, "stale")},
      corrupt{loads(metrics, aggregate, "corrupt")},
      failed{loads(metrics, aggregate, "failed")},
      written{writes(metrics, aggregate, "written")},
      older{writes(metrics, aggregate, "older")},
      dropped{writes(metrics, aggregate, "dropped")},
      unstorable{writes(metrics, aggregate, "unstorable")},
      write_failed{writes(metrics, aggregate, "failed")} {}

const SnapshotCounts& AllSnapshotCounts::of(std::string_view aggregate) {
  const std::lock_guard lock{mutex_};
  const auto known = counts_.find(aggregate);
  if (known != counts_.end()) return known->second;
  return counts_.try_emplace(std::string{aggregate}, metrics_, aggregate).first->second;
}

}  // namespace leftfold::inline v0::detail
