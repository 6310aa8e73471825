// SPDX-License-Identifier: Apache-2.0
// The sessions of all subscriptions of one run: begins them, ends and restarts them as operators ask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/runner.h>
#include <leftfold/shared_breaker.h>

#include "runtime/breaker_round.h"
#include "runtime/redriver.h"
#include "runtime/registered_handler.h"
#include "runtime/run_context.h"
#include "runtime/subscription_loop.h"

namespace leftfold::inline v0::detail {

/// What a Runner's run consists of. Its keeper thread notices pauses, restarts and what other breakers say; another one
/// re-drives what is due. Neither is started when the Runner was given no store for them.
/// start(), wait_for_end() and the destructor: the thread of run(); status(): any.
class Supervisor {
 public:
  using MakeLoop =
      std::function<std::shared_ptr<SubscriptionLoop>(RegisteredHandler&, std::shared_ptr<SubscriptionRun>)>;

  Supervisor(EventFeed& feed, const RunnerOptions& options,
             const std::vector<std::unique_ptr<RegisteredHandler>>& handlers, std::shared_ptr<RunContext> run,
             MakeLoop make_loop);
  ~Supervisor();

  /// Begins the sessions that are not paused. Throws what a thread's start throws, and what the control store throws
  /// for good.
  void start();
  /// Waits until the sessions ended, or until their patience did and only handlers that do not return are left.
  void wait_for_end();
  /// Every thread has ended. Only under RunContext::wait.
  [[nodiscard]] bool ended() const;
  [[nodiscard]] RunContext& run() const noexcept { return *run_; }

  [[nodiscard]] std::vector<SubscriptionStatus> status() const;

 private:
  struct Slot {
    RegisteredHandler* handler = nullptr;
    std::shared_ptr<SubscriptionLoop> loop;  // of the session; null before the first
    bool paused = false;
    std::int64_t restarts = 0;  // as many as this session knows of
    std::unique_ptr<SharedBreaker> shared;
    // As measured last; under the mutex.
    std::int64_t lag = 0;
    std::uint64_t finished = 0;  // changes when something is finished
    Instant moved{};             // when it did, or when there was no lag
    Instant held{};              // when something held it back last
  };

  void start_thread(const char* name, void (Supervisor::*body)(), std::jthread& thread);
  void keep();
  void redrive();
  bool read_controls();
  void apply_controls();
  void begin_session(Slot& slot);
  void tick_breakers();
  void look_at_handlers();
  void measure(const std::vector<SubscriptionStatus>& status);
  void note_place(Slot& slot, const SubscriptionStatus& status,
                  const std::map<std::int32_t, HandlerMetrics::Place>* places);
  [[nodiscard]] Instant next_look() const;
  void report(std::string_view what, const Error& error);

  EventFeed& feed_;
  const RunnerOptions& options_;
  const std::shared_ptr<RunContext> run_;
  const MakeLoop make_loop_;
  const Redriver redriver_;
  std::vector<SubscriptionControl> controls_;  // the keeper's
  std::optional<BreakerRound> round_;          // before the breaker store, when several breakers share it
  Instant next_report_{};

  mutable std::mutex mutex_;  // of the slots' loops and pauses
  std::vector<Slot> slots_;
  std::optional<Instant> measured_;  // under the mutex
  std::size_t live_threads_ = 0;
  std::jthread keeper_;
  std::jthread redrive_thread_;
};

}  // namespace leftfold::inline v0::detail
