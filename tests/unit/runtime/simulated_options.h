// SPDX-License-Identifier: Apache-2.0
// What the processes of a simulation are made with.
#pragma once

#include <chrono>
#include <stdexcept>
#include <utility>

#include <leftfold/event_feed.h>
#include <leftfold/failure_options.h>

#include "simulated_ledger.h"

namespace leftfold::runtime_test {

/// What one process of the simulation is given.
struct ProcessOptions {
  FailureOptions failures;
  std::size_t max_in_flight = 4;
};

/// The effect of an event is there already.
struct EffectExists : std::logic_error {
  using std::logic_error::logic_error;
};

inline ProcessOptions drawn_options(Chance& chance) {
  using std::chrono::milliseconds;
  ProcessOptions options;
  FailureOptions& failures = options.failures;
  options.max_in_flight = 1 + chance.below(8);
  failures.rules.when<EffectExists>(FailureClass::duplicate);
  failures.retry.max_attempts = 1 + static_cast<int>(chance.below(4));
  failures.retry.immediate = static_cast<int>(chance.below(2));
  failures.retry.cap = milliseconds{2000};
  failures.retry.budget = chance.one_in(2) ? 10 : 0;
  failures.max_waiting = 1 + chance.below(4);
  failures.park_timeout = milliseconds{3000};
  failures.breaker.min_calls = 2 + chance.below(8);
  failures.breaker.min_distinct = 2;
  failures.breaker.window_time = milliseconds{10'000};
  failures.breaker.open = milliseconds{500};
  failures.breaker.max_open = milliseconds{5000};
  failures.breaker.probes = failures.breaker.probe_successes = 1 + chance.below(3);
  failures.on_fatal = chance.one_in(2) ? OnFatal::exit : OnFatal::stop_subscription;
  if (chance.one_in(3)) failures.auto_retry = milliseconds{1000};
  if (chance.one_in(8)) failures.limits.sequences = 2;
  if (chance.one_in(8)) failures.limits.letters = 3;
  return options;
}

/// Remembers that the poll thread is to be woken; events come from the world.
struct SimulatedFeed final : Subscription {
  Taken take(std::size_t, const std::stop_token&, Instant) override { return {}; }
  void wake() noexcept override { woken = true; }
  void seek(std::int32_t, std::int64_t, Position) override {}
  void hold(std::int32_t, std::int64_t, bool) override {}
  bool checkpoint(std::int32_t, std::int64_t, Position) override { return false; }
  void release(std::int32_t, std::int64_t) override {}
  bool woken = true;
};
/// A value for as long as it lives.
struct Inside {
  Inside(bool& place, bool value) : place_{place}, before_{std::exchange(place, value)} {}
  ~Inside() { place_ = before_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  bool& place_;
  bool before_;
};

}  // namespace leftfold::runtime_test
