// SPDX-License-Identifier: Apache-2.0
// Checks of what leftfold runs: a Runner, a Publisher, the way from the store to the handlers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include <leftfold/clock.h>
#include <leftfold/health.h>

namespace leftfold::inline v0 {

class Publisher;
class Runner;

/// When what stands still is called failed.
struct HealthLimits {
  std::int64_t max_lag = 100;                   ///< events that a handler may be behind, however long
  std::chrono::milliseconds max_stall{60'000};  ///< and how long it may finish none when it is behind by more
  Clock* clock = &system_clock();               ///< must outlive the checks
};

/// Adds, for the handlers that the Runner has now:
/// - "runner" (live): failed when a handler is behind and has finished nothing for five times max_stall in which
/// nothing
///   held it back (no retry, breaker or pause, no store or broker without an answer): its thread, or the one that looks
///   after all, hangs.
/// - "handlers" (ready): failed until each has begun, and when one has failed or stopped.
/// - "handler NAME" (told): failed when it has, or when it is behind by more than max_lag and has finished nothing for
///   max_stall; degraded when it is paused, its breaker is not closed, or events wait to be tried again.
/// How far they are behind is known to a Runner that has RunnerOptions::metrics. The Runner must outlive `health`.
/// Throws as Health::add.
void add_checks(Health& health, const Runner& runner, HealthLimits limits = {});

/// Adds:
/// - "publisher" (live): failed when the publishing loop has not turned for max_stall.
/// - "publishing" (ready): failed until it publishes or waits for others, and while broker or store fails.
/// - "published" (told): failed when the oldest event on the way is older than max_stall; degraded when an aggregate
///   is blocked or the stream has lost events.
/// The Publisher must outlive `health`. Throws as Health::add.
void add_checks(Health& health, const Publisher& publisher, HealthLimits limits = {});

/// Numbers that only grow: events that the broker brings to handlers, and events that were stored.
struct HeadCounts {
  std::int64_t delivered = 0;
  std::int64_t stored = 0;
};

/// Adds "head" (told): failed when `stored` has grown and `delivered` has stood still since, for max_stall. Then every
/// handler is at the broker's end and shows no lag, although events do not arrive. `counts` may throw; it is called by
/// one thread at a time. Throws as Health::add.
void add_head_check(Health& health, std::function<HeadCounts()> counts, HealthLimits limits = {});

}  // namespace leftfold::inline v0
