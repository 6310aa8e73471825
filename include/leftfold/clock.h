// SPDX-License-Identifier: Apache-2.0
// Time enters the library here and nowhere else, so that tests can hold it still.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// Port: what time it is, and how to wait.
/// Any thread. Must outlive everything that was given a reference to it.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Wall-clock time, for what is written down.
  [[nodiscard]] virtual Timestamp now() const = 0;
  /// Monotonic time, for deadlines and durations.
  [[nodiscard]] virtual Instant instant() const = 0;
  /// Waits on `signal`, with `lock` held on entry and on return, until it is notified, `deadline` is reached on this
  /// clock, or `stop` is requested; may also return early, so callers loop on their own condition.
  virtual void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& signal,
                          const std::stop_token& stop, Instant deadline) = 0;

  /// Waits like wait_until, in a loop, until `done()` holds. Returns done() at the end: false means that the deadline
  /// or the stop came first. `done` is called with the lock held.
  template <class Done>
  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& signal, const std::stop_token& stop,
                  Instant deadline, Done done) {
    while (!done()) {
      if (stop.stop_requested() || instant() >= deadline) return false;
      wait_until(lock, signal, stop, deadline);
    }
    return true;
  }
};

/// The machine's clock. Any thread; lives as long as the program.
[[nodiscard]] Clock& system_clock() noexcept;

/// A deadline that never comes.
inline constexpr Instant kNever = Instant::max();

}  // namespace leftfold::inline v0
