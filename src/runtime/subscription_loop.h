// SPDX-License-Identifier: Apache-2.0
// One subscription while a run lasts: its threads, and the part of the algorithm all kinds share.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/event_feed.h>

#include "runtime/feed_retry.h"
#include "runtime/registered_handler.h"
#include "runtime/subscription_run.h"

namespace leftfold::inline v0::detail {

/// The poll thread's loop: take, give partitions up, accept new ones, deliver. Kinds differ in what they deliver to.
/// start(), finished() and the destructor: the thread of run(); status(): any thread.
class SubscriptionLoop {
 public:
  SubscriptionLoop(EventFeed& feed, RegisteredHandler& handler, std::shared_ptr<SubscriptionRun> run);
  virtual ~SubscriptionLoop() = default;
  SubscriptionLoop(const SubscriptionLoop&) = delete;
  SubscriptionLoop& operator=(const SubscriptionLoop&) = delete;

  /// Starts the threads. Throws std::system_error when there are no more; those started end when the run is halted.
  virtual void start();
  /// Waits for the threads, so a handler that does not return is waited for. Derived destructors call it.
  void join() noexcept { threads_.clear(); }

  /// Threads not ended yet, and whether the poll thread is one of them: only under RunContext::wait.
  [[nodiscard]] bool ended() const noexcept { return live_threads_ == 0; }
  [[nodiscard]] bool polling() const noexcept { return polling_ > 0; }
  /// True when a handler runs on the poll thread, so that only patience ends it.
  [[nodiscard]] virtual bool handles_on_poll_thread() const noexcept = 0;

  /// Ends the session; the threads end soon. The run goes on.
  void end() noexcept { run_->end(); }
  /// Whether it ended, or ends, because something failed.
  [[nodiscard]] bool has_failed() const { return run_->failed(); }
  /// Whether it waits for a store or the broker, which does not answer.
  [[nodiscard]] bool is_cut_off() const noexcept { return run_->is_cut_off(); }
  /// Looks at what changes without an event.
  virtual void look() {}

  [[nodiscard]] SubscriptionStatus status() const;
  [[nodiscard]] const RegisteredHandler& handler() const noexcept { return handler_; }

 protected:
  void start_thread(const std::string& name, std::size_t* also_count, std::function<void()> body);

  // The poll thread, in this order.
  virtual void prepare() {}
  virtual bool turn(Subscription& subscription) = 0;  // one take(); false: the run is halted
  virtual void attach(Subscription*) {}
  virtual void drain(Subscription& subscription) = 0;

  // Puts what a take() brought in order: partitions that go, those that come, those that came and went at once.
  void reassign(const Taken& taken);
  [[nodiscard]] virtual bool give_up(const Revocation& revocation) = 0;  // false: not known (yet)
  virtual void accept(const Assignment& assignment) = 0;

  // Status, from any thread.
  virtual void add_to(SubscriptionStatus& status) const = 0;
  [[nodiscard]] virtual bool has_partition() const = 0;

  // Reads what is parked, so that later events go behind it. Returns false when the session is halted.
  [[nodiscard]] bool load_parked();
  // Throws Error(corrupt) when the feed ends before `after`: it was put back to an older state, and its next events
  // would seem handled. Returns false when the run is halted.
  [[nodiscard]] bool check_not_ahead(const Assignment& assignment, Position after);

  void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) const noexcept;
  void log_assigned(const Assignment& assignment, Position after) const noexcept;

  EventFeed& feed_;
  RegisteredHandler& handler_;
  const std::shared_ptr<SubscriptionRun> run_;
  FeedRetry retry_;

 private:
  enum class Phase { starting, subscribed, ended };
  void poll();

  std::atomic<Phase> phase_{Phase::starting};
  std::size_t live_threads_ = 0;
  std::size_t polling_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace leftfold::inline v0::detail
