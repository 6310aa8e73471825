// SPDX-License-Identifier: Apache-2.0
// Repeats calls of the feed and of read models that may succeed later.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include <leftfold/error.h>

#include "runtime/subscription_run.h"

namespace leftfold::inline v0::detail {

/// A store that does not answer is waited for: it never ends a run. Pauses double from 20 ms to 2 s: short enough that
/// a restart of the store is hardly noticed, long enough not to keep it from starting.
/// One thread at a time.
class FeedRetry {
 public:
  explicit FeedRetry(SubscriptionRun& run) : run_{run} {}

  /// Calls `f` until it returns. Returns false when the session was halted first; an Error that is not retryable
  /// passes.
  template <class F>
  [[nodiscard]] bool call(std::string_view what, F&& f) {
    for (;;) {
      try {
        f();
      } catch (const Error& error) {
        if (!error.retryable()) throw;
        if (!back_off(what, error)) return false;
        continue;
      }
      if (failures_ > 0) recovered(what);
      return true;
    }
  }

  /// Takes note of a failure that the caller repeats by itself, and returns the pause to make.
  std::chrono::milliseconds note(std::string_view what, const Error& error);
  /// Takes note that such a call succeeded.
  void recovered(std::string_view what);

 private:
  [[nodiscard]] bool back_off(std::string_view what, const Error& error);

  SubscriptionRun& run_;
  std::uint64_t failures_ = 0;  // in a row
  Instant next_log_{};
  bool logged_ = false;
};

}  // namespace leftfold::inline v0::detail
