// SPDX-License-Identifier: Apache-2.0
// Aggregates that do not go on, and when they are tried again.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <leftfold/log.h>
#include <leftfold/publisher.h>
#include <leftfold/types.h>

#include "runtime/aggregate_entry.h"

namespace leftfold::inline v0::runtime {

/// Gives each stalled aggregate the time of its next try: soon, as long as it may mend itself within moments, and
/// every `blocked_retry` once it is blocked, which is logged once. One thread at a time; `log` must outlive it.
class StalledAggregates {
 public:
  StalledAggregates(std::chrono::milliseconds blocked_retry, Logger& log) : blocked_retry_{blocked_retry}, log_{log} {}

  /// It does not go on because of `kind`; once more, when it was stalled for that at the same place before. Returns
  /// whether that made it blocked. `why` is for people. Throws std::bad_alloc.
  bool stall(AggregateEntry& entry, Stall::Kind kind, std::string why, Instant now);
  /// It goes on.
  void clear(AggregateEntry& entry);

  [[nodiscard]] bool empty() const noexcept { return turns_.empty(); }
  [[nodiscard]] std::size_t count() const noexcept { return turns_.size(); }
  [[nodiscard]] std::size_t blocked_count() const noexcept { return blocked_; }
  /// When the next one is to be tried; kNever when there is none.
  [[nodiscard]] Instant next() const noexcept;
  /// Those to be tried now, those that are due for longest first.
  [[nodiscard]] std::vector<AggregateEntry*> due(Instant now) const;
  [[nodiscard]] std::vector<BlockedAggregate> blocked() const;

  /// Whether another try that fails shows that what the store calls corrupt is not a commit that is seen half.
  [[nodiscard]] static bool is_surely_corrupt(const AggregateEntry& entry, Instant now) noexcept;

 private:
  [[nodiscard]] std::chrono::milliseconds pause(const Stall& stall) const noexcept;
  void block(AggregateEntry& entry);

  const std::chrono::milliseconds blocked_retry_;
  Logger& log_;
  std::multimap<Instant, AggregateEntry*> turns_;
  std::size_t blocked_ = 0;
};

}  // namespace leftfold::inline v0::runtime
