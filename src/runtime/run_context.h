// SPDX-License-Identifier: Apache-2.0
// What the subscriptions of one run() share: its stop, its first failure, its drain deadline.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>

#include <leftfold/clock.h>
#include <leftfold/log.h>

namespace leftfold::inline v0::detail {

/// One call of Runner::run. Held by its threads too, which may outlast the call when a handler does not return.
/// Any thread.
class RunContext {
 public:
  RunContext(Clock& clock, Logger& log, std::chrono::milliseconds drain) : clock_{clock}, log_{log}, drain_{drain} {}

  [[nodiscard]] Clock& clock() const noexcept { return clock_; }
  [[nodiscard]] Logger& log() const noexcept { return log_; }
  [[nodiscard]] std::chrono::milliseconds drain() const noexcept { return drain_; }

  /// Requested when the run is to end: the caller's stop, or a failure.
  [[nodiscard]] std::stop_token halted() const noexcept { return halt_.get_token(); }
  void halt() noexcept { halt_.request_stop(); }
  /// Ends the run with `failure`; the first one is what run() throws.
  void fail(std::exception_ptr failure) noexcept;
  [[nodiscard]] std::exception_ptr failure() const;

  /// Until when handlers in progress are waited for: counted from the first call, which is after the halt.
  [[nodiscard]] Instant drain_deadline();

  /// Waits until the run is halted.
  void wait_until_halted();
  /// Waits until `done()`, which is looked at again after each changed(); false when the deadline or the stop came
  /// first.
  template <class Done>
  bool wait(const std::stop_token& stop, Instant deadline, Done done) {
    std::unique_lock lock{mutex_};
    return clock_.wait_until(lock, changed_, stop, deadline, done);
  }
  /// Counts threads; `count` changes under the lock that wait() holds while it looks.
  void add_thread(std::size_t& count) noexcept;
  void remove_thread(std::size_t& count) noexcept;

 private:
  Clock& clock_;
  Logger& log_;
  const std::chrono::milliseconds drain_;
  std::stop_source halt_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::exception_ptr failure_;
  std::optional<Instant> drain_deadline_;
};

}  // namespace leftfold::inline v0::detail
