// SPDX-License-Identifier: Apache-2.0
// What a subscription does when its handler fails: all of it in one place.
#pragma once

#include <chrono>
#include <cstddef>

#include <leftfold/circuit_breaker.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/failure.h>
#include <leftfold/retry_policy.h>

namespace leftfold::inline v0 {

/// What a fatal failure ends.
enum class OnFatal {
  exit,               ///< the run: run() throws, the program exits
  stop_subscription,  ///< this subscription; the others go on, status() says "failed", a restart revives it
};

/// What becomes of an event that cannot be handled.
enum class WhenExhausted {
  park,       ///< dead letter, followers behind it; needs RunnerOptions::dead_letters, without one as fail_fast
  fail_fast,  ///< a fatal failure
};

/// What becomes of a handler's failures. Plain value.
struct FailureOptions {
  FailureRules rules{};
  RetryPolicy retry{};
  BreakerOptions breaker{};
  WhenExhausted when_exhausted = WhenExhausted::park;
  OnFatal on_fatal = OnFatal::exit;
  /// Events of one aggregate that may wait behind one that is to be tried again; at one more it is parked early, and
  /// re-driven once by itself a second later. An event that failed twice and keeps a full window of the subscription
  /// (1000 events) from moving is treated the same, unless as many aggregates wait as make an outage.
  std::size_t max_waiting = 10;
  /// How long a store of dead letters may refuse an event; then fatal.
  std::chrono::milliseconds park_timeout{30'000};
  /// How long a projector waits for an event when one after it came already, from a feed that may do so (Kafka); then
  /// the later one is parked.
  std::chrono::milliseconds gap_timeout{60'000};
  /// A handler that takes longer is logged once and counted; it is never interrupted.
  std::chrono::milliseconds handler_timeout{30'000};
  /// When more than this share of the aggregates seen in the last minute (and at least breaker.min_distinct) would be
  /// parked after their retries, that is an outage and not poison: the breaker opens and they are held.
  double outage_ratio = 0.2;
  DeadLetterLimits limits{};
  /// A Runner re-drives parked sequences by itself: first after `auto_retry`, then with doubled pauses up to
  /// `auto_retry_max`. Zero: only when asked.
  std::chrono::milliseconds auto_retry{0};
  std::chrono::milliseconds auto_retry_max{std::chrono::hours{6}};
  /// Letters older than this are discarded by the Runner, with a line in the audit trail. Zero: never.
  std::chrono::milliseconds expire_after{0};
};

/// Throws Error(invalid_config) that names the field, its value and what is allowed.
void validate(const FailureOptions& options);

}  // namespace leftfold::inline v0
