// SPDX-License-Identifier: Apache-2.0
// One session of one subscription: from its start to its end, which may come before that of the run.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include <leftfold/failure_options.h>

#include "runtime/run_context.h"

namespace leftfold::inline v0::detail {

/// What the threads of one subscription share in one session: when to stop, what failed, how long to drain. A session
/// ends with its run, or by itself: paused, restarted, or stopped by a failure that leaves the others alone.
/// Any thread. Held by those threads too.
class SubscriptionRun {
 public:
  SubscriptionRun(std::shared_ptr<RunContext> run, std::string subscription, OnFatal on_fatal);

  [[nodiscard]] RunContext& run() const noexcept { return *run_; }
  [[nodiscard]] Clock& clock() const noexcept { return run_->clock(); }
  [[nodiscard]] Logger& log() const noexcept { return run_->log(); }
  [[nodiscard]] std::chrono::milliseconds drain() const noexcept { return run_->drain(); }
  [[nodiscard]] const std::string& subscription() const noexcept { return subscription_; }

  /// Requested when the session is to end.
  [[nodiscard]] std::stop_token halted() const noexcept { return halt_.get_token(); }
  /// Ends the session; the run goes on.
  void end() noexcept { halt_.request_stop(); }
  /// Ends the session with `failure`, and with OnFatal::exit the run.
  void fail(std::exception_ptr failure) noexcept;
  [[nodiscard]] bool failed() const;
  /// The text of the first failure; empty without one.
  [[nodiscard]] std::string failure_text() const;

  /// Until when handlers in progress are waited for: counted from the first call, which is after the halt.
  [[nodiscard]] Instant drain_deadline();
  /// A store or the broker does not answer a call that is repeated, or answers again. As many of the one as the other.
  void cut_off() noexcept { ++cut_off_; }
  void answered() noexcept { --cut_off_; }
  [[nodiscard]] bool is_cut_off() const noexcept { return cut_off_ > 0; }
  /// Waits until `until`; returns false when the session was halted before.
  [[nodiscard]] bool pause_until(Instant until);

 private:
  struct Halt {
    std::stop_source& source;
    void operator()() const noexcept { source.request_stop(); }
  };

  const std::shared_ptr<RunContext> run_;
  const std::string subscription_;
  const OnFatal on_fatal_;
  std::atomic<int> cut_off_{0};
  std::stop_source halt_;
  std::stop_callback<Halt> with_run_;
  mutable std::mutex mutex_;
  std::exception_ptr failure_;
  std::optional<Instant> drain_deadline_;
};

}  // namespace leftfold::inline v0::detail
