// SPDX-License-Identifier: Apache-2.0
#include "runtime/subscription_loop.h"

#include <algorithm>
#include <utility>

#include "runtime/handler_failed.h"
#include "runtime/thread_name.h"

namespace leftfold::inline v0::detail {

SubscriptionLoop::SubscriptionLoop(EventFeed& feed, RegisteredHandler& handler, std::shared_ptr<SubscriptionRun> run)
    : feed_{feed}, handler_{handler}, run_{std::move(run)}, retry_{*run_} {}

void SubscriptionLoop::start() {
  start_thread("poll:" + handler_.name, &polling_, [this] { poll(); });
}

void SubscriptionLoop::start_thread(const std::string& name, std::size_t* also_count, std::function<void()> body) {
  threads_.reserve(threads_.size() + 1);
  const auto count = [this, also_count](void (RunContext::*change)(std::size_t&) noexcept) {
    if (also_count != nullptr) (run_->run().*change)(*also_count);
    (run_->run().*change)(live_threads_);
  };
  count(&RunContext::add_thread);
  try {
    threads_.emplace_back([this, name, count, body = std::move(body)] {
      name_this_thread(name);
      try {
        body();
      } catch (...) {
        run_->fail(std::current_exception());
      }
      count(&RunContext::remove_thread);
    });
  } catch (...) {
    count(&RunContext::remove_thread);
    throw;
  }
}

void SubscriptionLoop::poll() {
  const SubscriptionOptions options{handler_.subscription, handler_.kind(), handler_.entry.options.start};
  std::unique_ptr<Subscription> subscription;
  const std::stop_token halted = run_->halted();
  try {
    prepare();
    if (retry_.call("subscribe", [&] { subscription = feed_.subscribe(options); })) {
      attach(subscription.get());
      phase_ = Phase::subscribed;
      while (!halted.stop_requested() && turn(*subscription)) {
      }
    }
  } catch (...) {
    log(LogLevel::error, "the subscription failed", {{"cause", describe(std::current_exception())}});
    run_->fail(std::current_exception());
  }
  try {
    if (subscription) drain(*subscription);
  } catch (...) {
    log(LogLevel::warn, "could not store the last checkpoint; some events will be delivered again",
        {{"cause", describe(std::current_exception())}});
  }
  attach(nullptr);
  phase_ = Phase::ended;
}

SubscriptionStatus SubscriptionLoop::status() const {
  SubscriptionStatus status;
  status.name = handler_.subscription;
  status.kind = handler_.kind_name();
  add_to(status);
  status.breaker = to_string(handler_.failures->breaker().state());
  status.failure = run_->failure_text();
  const Phase phase = phase_;
  if (run_->failed()) {
    status.state = "failed";
  } else if (phase == Phase::ended) {
    status.state = "stopped";
  } else if (phase == Phase::starting) {
    status.state = "starting";
  } else {
    status.state = has_partition() ? "running" : "waiting";
  }
  return status;
}

void SubscriptionLoop::reassign(const Taken& taken) {
  std::vector<const Revocation*> later;
  for (const Revocation& revocation : taken.revoked) {
    if (!give_up(revocation)) later.push_back(&revocation);
  }
  for (const Assignment& assignment : taken.assigned) accept(assignment);
  for (const Revocation* revocation : later) static_cast<void>(give_up(*revocation));
}

bool SubscriptionLoop::load_parked() {
  return retry_.call("dead letters", [this] { handler_.failures->load_parked(); });
}

bool SubscriptionLoop::check_not_ahead(const Assignment& assignment, Position after) {
  if (after == Position::start()) return true;
  Position head;
  if (!retry_.call("head", [&] { head = feed_.head(assignment.partition); })) return false;
  if (after <= head) return true;
  throw Error{Errc::corrupt,
              "subscription " + handler_.subscription + " has handled everything up to position " +
                  std::to_string(after.value()) + ", but the last event is at " + std::to_string(head.value()) +
                  ": the events were put back to an older state, and new ones would be skipped; restore events and "
                  "read tables of the same time, or delete this checkpoint so that the subscription begins anew"};
}

void SubscriptionLoop::log(LogLevel level, std::string_view message,
                           std::initializer_list<LogField> fields) const noexcept {
  run_->log().log(level, handler_.subscription, message, fields);
}

void SubscriptionLoop::log_assigned(const Assignment& assignment, Position after) const noexcept {
  log(LogLevel::info, after == Position::start() ? "starts from the beginning" : "continues",
      {{"after", std::to_string(after.value())},
       {"partition", std::to_string(assignment.partition)},
       {"epoch", std::to_string(assignment.epoch)}});
}

}  // namespace leftfold::inline v0::detail
