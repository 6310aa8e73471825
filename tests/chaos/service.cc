#include "chaos/service.h"

#include <chrono>
#include <utility>

namespace leftfold::test_chaos {

// A drain takes up to LEFTFOLD_SHUTDOWN_TIMEOUT, 30 s; then what else is open is closed.
constexpr std::chrono::seconds kEndsWithin{90};

Service::Service(std::string name, Start start, const Timeline& timeline)
    : name_{std::move(name)}, start_{std::move(start)}, timeline_{timeline}, process_{start_()} {}

std::string Service::shown() const { return name_ + " (" + std::to_string(process_->id()) + ")"; }

void Service::kill() {
  look();
  frozen_ = false;
  process_->kill();
  process_ = start_();
}

void Service::freeze() {
  look();
  process_->freeze();
  frozen_ = true;
}

void Service::thaw() {
  if (!std::exchange(frozen_, false)) return;
  process_->thaw();
}

void Service::redeploy() {
  stop();
  process_ = start_();
}

void Service::look() {
  if (frozen_ || !process_->ended()) return;
  const std::string who = shown();
  const int code = process_->exit_code();
  ++gave_up_;
  timeline_.say(who + " gave up with exit code " + std::to_string(code) + ", and is started again");
  process_ = start_();
}

void Service::stop() {
  thaw();
  look();
  process_->terminate();
  process_->wait(kEndsWithin);
}

}  // namespace leftfold::test_chaos
