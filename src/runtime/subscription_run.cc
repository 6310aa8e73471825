// SPDX-License-Identifier: Apache-2.0
#include "runtime/subscription_run.h"

#include <utility>

#include "runtime/handler_failed.h"

namespace leftfold::inline v0::detail {

SubscriptionRun::SubscriptionRun(std::shared_ptr<RunContext> run, std::string subscription, OnFatal on_fatal)
    : run_{std::move(run)},
      subscription_{std::move(subscription)},
      on_fatal_{on_fatal},
      with_run_{run_->halted(), Halt{halt_}} {}

void SubscriptionRun::fail(std::exception_ptr failure) noexcept {
  {
    const std::scoped_lock lock{mutex_};
    if (!failure_) failure_ = failure;
  }
  if (on_fatal_ == OnFatal::exit) {
    run_->fail(std::move(failure));
  } else {
    run_->log().log(LogLevel::error, subscription_, "the subscription stopped; the others go on",
                    {{"next", "remove the cause, then restart the subscription"}});
  }
  end();
}

bool SubscriptionRun::failed() const {
  const std::scoped_lock lock{mutex_};
  return failure_ != nullptr;
}

std::string SubscriptionRun::failure_text() const {
  const std::scoped_lock lock{mutex_};
  return failure_ ? describe(failure_) : std::string{};
}

Instant SubscriptionRun::drain_deadline() {
  if (run_->halted().stop_requested()) return run_->drain_deadline();
  const std::scoped_lock lock{mutex_};
  if (!drain_deadline_) drain_deadline_ = clock().instant() + drain();
  return *drain_deadline_;
}

bool SubscriptionRun::pause_until(Instant until) {
  run_->wait(halted(), until, [] { return false; });
  return !halted().stop_requested();
}

}  // namespace leftfold::inline v0::detail
