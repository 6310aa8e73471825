// Decides what is next for an event whose handler failed.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include <leftfold/clock.h>
#include <leftfold/failure.h>
#include <leftfold/retry_policy.h>

namespace leftfold::detail {

/// What was tried with one event so far. Plain value, kept with the event.
struct Attempts {
  int made = 0;       // failures that used up an attempt
  int immediate = 0;  // of the tries since the last pause, those made at once
  int held = 0;       // failures in a row because something is unavailable
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

/// The retry policy of one subscription and its budget. Any thread.
class RetryPlanner {
 public:
  explicit RetryPlanner(const RetryPolicy& policy, std::uint64_t seed);

  /// Takes note of a failure and decides. Changes `attempts`.
  [[nodiscard]] Decision failed(FailureClass failure, Attempts& attempts, Instant now);
  /// Takes note of a success: refills the budget.
  void succeeded() noexcept;
  /// A pause as after the `n`-th failure (from 1), for what is repeated without using up attempts.
  [[nodiscard]] std::chrono::milliseconds pause(int n);
  /// Tokens left.
  [[nodiscard]] double budget() const;

 private:
  [[nodiscard]] std::chrono::milliseconds jittered(int n);  // with mutex_ held

  const RetryPolicy policy_;
  mutable std::mutex mutex_;
  double tokens_;
  std::uint64_t random_;
};

}  // namespace leftfold::detail
