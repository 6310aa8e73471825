// SPDX-License-Identifier: Apache-2.0
#include "chaos/service.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "base/sleep.h"
#include "cli/exit_code.h"

namespace leftfold::test_chaos {
namespace {

// A drain takes up to LEFTFOLD_SHUTDOWN_TIMEOUT, 30 s; then what else is open is closed.
constexpr std::chrono::seconds kEndsWithin{60};
constexpr std::chrono::seconds kRestartAfter{1};
constexpr std::chrono::milliseconds kLook{10};

bool may_give_up_with(int code) { return code == cli::kConflict || code == cli::kUnreachable || code == cli::kTimeout; }

}  // namespace

Service::Service(std::string name, Start start, const Timeline& timeline)
    : name_{std::move(name)}, start_{std::move(start)}, timeline_{timeline}, process_{start_()} {}

std::string Service::shown() const {
  return name_ + (process_ ? " (" + std::to_string(process_->id()) + ")" : std::string{});
}

void Service::start() {
  process_ = start_();
  frozen_ = false;
  ends_by_.reset();
}

void Service::kill() {
  process_->kill();
  start();
}

void Service::freeze() {
  process_->freeze();
  frozen_ = true;
}

void Service::thaw() {
  if (std::exchange(frozen_, false)) process_->thaw();
}

void Service::redeploy() {
  process_->terminate();
  ends_by_ = system_clock().instant() + kEndsWithin;
}

void Service::look() {
  const Instant now = system_clock().instant();
  if (!process_) {
    if (now >= start_at_) start();
    return;
  }
  if (frozen_) return;
  if (!process_->ended()) {
    if (ends_by_ && now > *ends_by_) throw std::runtime_error{shown() + " does not end after SIGTERM"};
    return;
  }
  const std::string who = shown();
  const int code = process_->exit_code();
  if (ends_by_) {
    if (code != 0) throw std::runtime_error{who + " ended after SIGTERM with exit code " + std::to_string(code)};
    return start();
  }
  if (!may_give_up_with(code)) {
    throw std::runtime_error{who + " ended by itself with exit code " + std::to_string(code) + "; its log says why"};
  }
  ++gave_up_;
  timeline_.say(who + " gave up with exit code " + std::to_string(code) + ", and is started again");
  process_.reset();
  start_at_ = now + kRestartAfter;
}

void Service::stop() {
  thaw();
  look();
  if (!process_) return;
  const Instant give_up = system_clock().instant() + kEndsWithin;
  while (!ends_by_ && !hears() && !process_->ended() && system_clock().instant() < give_up) {
    base::sleep_for(system_clock(), kLook);
  }
  if (!ends_by_) process_->terminate();  // a second SIGTERM would not wait for its end
  process_->wait(kEndsWithin);
}

}  // namespace leftfold::test_chaos
