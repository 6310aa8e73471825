// SPDX-License-Identifier: Apache-2.0
// Decides what is next for an event whose handler failed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include <leftfold/clock.h>
#include <leftfold/failure.h>
#include <leftfold/retry_policy.h>

#include "resilience/small_random.h"

namespace leftfold::inline v0::detail {

/// What was tried with one event so far. Plain value, kept with the event.
struct Attempts {
  int made = 0;       // failures that used up an attempt
  int immediate = 0;  // of the tries after them, those made at once
  int held = 0;       // failures in a row because something is unavailable
  // The first of `made` since the event was last held: time behind a breaker says nothing against the event.
  Instant first_failed{};
};

/// What is next for the event.
enum class NextStep {
  done,   // duplicate: nothing is left to do
  again,  // at once, on the same worker
  wait,   // until `until`, without a worker
  hold,   // unavailable: as wait, and whatever happens it is not parked
  park,   // permanent, or tried often enough
  stop,   // fatal
};

struct Decision {
  NextStep step = NextStep::stop;
  Instant until{};
};

/// The retry policy of one subscription and its budget. The same seed and calls give the same pauses. Any thread.
class RetryPlanner {
 public:
  /// Throws Error(invalid_config) for a policy that cannot be used.
  RetryPlanner(const RetryPolicy& policy, std::uint64_t seed);

  /// Takes note of a failure and decides. Changes `attempts`.
  [[nodiscard]] Decision failed(FailureClass failure, Attempts& attempts, Instant now);
  /// Takes note of a success: refills the budget.
  void succeeded() noexcept;
  /// The `n`-th pause (from 1), for what is repeated without using up attempts.
  [[nodiscard]] std::chrono::milliseconds pause(int n);
  /// Tokens left.
  [[nodiscard]] double budget() const;

 private:
  // With mutex_ held.
  [[nodiscard]] std::chrono::milliseconds jittered(int n);
  [[nodiscard]] bool low() const { return tokens_ < policy_.budget / 2; }

  const RetryPolicy policy_;
  mutable std::mutex mutex_;
  double tokens_;
  std::atomic<bool> full_{true};  // a healthy subscription takes no lock
  SmallRandom random_;
};

}  // namespace leftfold::inline v0::detail
