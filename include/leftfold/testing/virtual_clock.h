// SPDX-License-Identifier: Apache-2.0
// A clock that a test moves by hand, so that tests of waiting take no time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <vector>

#include <leftfold/clock.h>

namespace leftfold::inline v0::testing {

/// Time stands still until advance() or set_now() is called.
///
///     VirtualClock clock;
///     MemoryStore store{clock};
///     ... a thread calls subscription->take(10, stop, clock.instant() + 5s) ...
///     clock.wait_for_waiters(1);   // it waits now
///     clock.advance(5s);           // and now its deadline has come
///
/// Any thread. Must outlive everything that was given a reference to it.
class VirtualClock final : public Clock {
 public:
  /// The wall clock begins at `now`, by default 2030-01-01T00:00:00Z.
  explicit VirtualClock(Timestamp now = Timestamp{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}});

  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] Instant instant() const override;
  using Clock::wait_until;
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& signal, const std::stop_token& stop,
                  Instant deadline) override;

  /// Moves both now() and instant() forward and wakes every thread whose deadline has come with it. Returns without
  /// waiting for what those threads do.
  void advance(std::chrono::nanoseconds by);
  /// Sets the wall clock, back or forth, as an administrator may; instant() stays.
  void set_now(Timestamp now);

  /// Waits until at least `count` threads are inside wait_until with a deadline still ahead. A thread that was notified
  /// counts until it runs again. Returns false when `stop` was requested first.
  bool wait_for_waiters(std::size_t count, const std::stop_token& stop = {});

 private:
  struct Waiter {
    std::condition_variable_any* signal;
    Instant deadline;
  };
  [[nodiscard]] std::size_t waiting() const;  // with mutex_ held

  mutable std::mutex mutex_;  // taken after a waiter's own mutex, never before
  std::condition_variable_any waiters_changed_;
  std::chrono::nanoseconds elapsed_{};
  std::chrono::nanoseconds wall_offset_;
  std::vector<Waiter*> waiters_;
};

}  // namespace leftfold::inline v0::testing
