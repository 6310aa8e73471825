// SPDX-License-Identifier: Apache-2.0
#include "resilience/retry_planner.h"

#include <algorithm>
#include <cmath>

namespace leftfold::inline v0::detail {

RetryPlanner::RetryPlanner(const RetryPolicy& policy, std::uint64_t seed)
    : policy_{policy}, tokens_{policy.budget}, random_{seed} {
  validate(policy);
}

Decision RetryPlanner::failed(FailureClass failure, Attempts& attempts, Instant now) {
  switch (failure) {
    case FailureClass::duplicate: return {NextStep::done, now};
    case FailureClass::permanent: return {NextStep::park, now};
    case FailureClass::fatal: return {NextStep::stop, now};
    case FailureClass::transient:
    case FailureClass::unavailable: break;
  }
  const std::lock_guard lock{mutex_};
  tokens_ = std::max(0.0, tokens_ - 1);
  full_.store(false, std::memory_order_relaxed);
  if (failure == FailureClass::unavailable) {
    attempts.first_failed = {};
    return {NextStep::hold, now + jittered(++attempts.held)};
  }
  attempts.held = 0;
  ++attempts.made;
  if (attempts.first_failed == Instant{}) attempts.first_failed = now;
  if (attempts.made >= policy_.max_attempts || now - attempts.first_failed >= policy_.max_elapsed) {
    return {NextStep::park, now};
  }
  const int pauses = attempts.made - 1 - attempts.immediate;
  if (pauses == 0 && attempts.immediate < policy_.immediate && !low()) {
    ++attempts.immediate;
    return {NextStep::again, now};
  }
  return {NextStep::wait, now + jittered(pauses + 1)};
}

void RetryPlanner::succeeded() noexcept {
  if (full_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock{mutex_};
  tokens_ = std::min(policy_.budget, tokens_ + policy_.budget_refill);
  full_.store(tokens_ >= policy_.budget, std::memory_order_relaxed);
}

std::chrono::milliseconds RetryPlanner::pause(int n) {
  const std::lock_guard lock{mutex_};
  return jittered(n);
}

double RetryPlanner::budget() const {
  const std::lock_guard lock{mutex_};
  return tokens_;
}

std::chrono::milliseconds RetryPlanner::jittered(int n) {
  const double base = static_cast<double>(policy_.base.count()) * (low() ? RetryPolicy::kSlowdown : 1);
  // Infinite for a great n; the cap is the smaller then.
  const double bound =
      std::min(static_cast<double>(policy_.cap.count()), base * std::pow(policy_.multiplier, std::max(0, n - 1)));
  const std::chrono::milliseconds pause{std::llround(random_.unit() * bound)};
  return std::max(pause, RetryPolicy::kShortestPause);
}

}  // namespace leftfold::inline v0::detail
