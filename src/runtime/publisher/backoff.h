// SPDX-License-Identifier: Apache-2.0
// Pauses between tries of what failed.
#pragma once

#include <chrono>
#include <random>
#include <string_view>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/log.h>

namespace leftfold::inline v0::runtime {

/// Exponential with full jitter, as RetryPolicy (its source stands there). One thread at a time.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds base, std::chrono::milliseconds cap);
  /// The next pause: random up to a bound that doubles each time, at least 10 ms.
  [[nodiscard]] std::chrono::milliseconds next();
  void reset() noexcept { tries_ = 0; }
  [[nodiscard]] int tries() const noexcept { return tries_; }

 private:
  const std::chrono::milliseconds base_;
  const std::chrono::milliseconds cap_;
  int tries_ = 0;
  std::mt19937 random_;
};

/// True when the same call may succeed a moment later, or its answer was lost: what somebody waits for a while for.
[[nodiscard]] bool may_be_a_moment(const Error& error) noexcept;
/// True when the call may succeed later although nobody changes anything here, also when that takes days: what a
/// Publisher waits for.
[[nodiscard]] bool mends_itself(const Error& error) noexcept;

/// Log lines about something that fails again and again: the first one, then one in 10 s. One thread at a time.
class FailureNotes {
 public:
  FailureNotes(Clock& clock, Logger& log) : clock_{clock}, log_{log} {}
  void failed(std::string_view message, std::string_view what, std::string_view cause);
  /// Says that it works again, when a failure was logged before.
  void recovered(std::string_view message, std::string_view what);

 private:
  Clock& clock_;
  Logger& log_;
  Instant next_{};
  bool logged_ = false;
};

}  // namespace leftfold::inline v0::runtime
