// SPDX-License-Identifier: Apache-2.0
// Calls that are repeated while a store does not answer.
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <stop_token>
#include <string_view>

#include <leftfold/error.h>
#include <leftfold/replay.h>

#include "base/sleep.h"

namespace leftfold::inline v0::runtime {

/// Calls `f` until it returns, with pauses from 20 ms to 2 s. Returns false when the stop came first. Throws what is
/// not retryable, and what is once ReplayOptions::patience is over.
template <class F>
[[nodiscard]] bool patiently(const ReplayOptions& options, const std::stop_token& stop, std::string_view what, F&& f) {
  Clock& clock = *options.clock;
  Instant failing_since = kNever;
  for (std::chrono::milliseconds pause{20};; pause = std::min(pause * 2, std::chrono::milliseconds{2'000})) {
    try {
      f();
      return true;
    } catch (const Error& error) {
      const Instant now = clock.instant();
      if (failing_since == kNever) failing_since = now;
      if (!error.retryable() || now - failing_since >= options.patience) throw;
      if (failing_since == now) {
        options.log->log(LogLevel::warn, "replay", "a store does not answer; trying again",
                         {{"call", std::string{what}}, {"cause", error.what()}});
      }
      if (!base::pause_until(clock, now + pause, stop)) return false;
    }
  }
}

/// Whether a projector failed because its read model does not answer now, which says nothing of the event.
[[nodiscard]] inline bool is_retryable(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error.retryable();
  } catch (...) {
    return false;
  }
}

}  // namespace leftfold::inline v0::runtime
