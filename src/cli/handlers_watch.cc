// SPDX-License-Identifier: Apache-2.0
#include "cli/handlers_watch.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <leftfold/clock.h>

#include "base/sleep.h"
#include "cli/confirm.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::milliseconds kLookAtStart{50};

}  // namespace

std::string line_of(const std::vector<SubscriptionStatus>& handlers) {
  std::map<std::string, std::size_t> states;
  std::int64_t behind = 0;
  for (const SubscriptionStatus& each : handlers) {
    ++states[each.state];
    behind += each.lag;
  }
  std::string line = counted(handlers.size(), "handler") + ":";
  std::string_view between = " ";
  for (const auto& [state, count] : states) {
    line += std::string{between} + std::to_string(count) + " " + state;
    between = ", ";
  }
  return line + "; " + counted(static_cast<std::size_t>(behind), "event") + " behind";
}

HandlersWatch::HandlersWatch(App& app, std::stop_token stop) : stop_{std::move(stop)} {
  if (!manager_.listens()) return;
  runner_ = &app.runner();
  health_ = &app.health();
  thread_ = std::jthread{[this](const std::stop_token& ended) {
    while (!ended.stop_requested()) {
      look();
      const auto pause = ready_ ? std::chrono::milliseconds{kLookEvery} : kLookAtStart;
      (void)base::pause_until(system_clock(), system_clock().instant() + pause, ended);
    }
  }};
}

HandlersWatch::~HandlersWatch() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void HandlersWatch::look() {
  const std::vector<SubscriptionStatus> handlers = runner_->status();
  const bool begun = std::none_of(handlers.begin(), handlers.end(), [](const SubscriptionStatus& each) {
    return each.state == "starting" || each.state == "stopped";
  });
  if (begun && !std::exchange(ready_, true)) manager_.ready();
  if (health_->check(HealthScope::live).state() != HealthState::failed) manager_.alive();
  if (stop_.stop_requested() && !std::exchange(stopping_, true)) manager_.stopping();
  manager_.status(line_of(handlers));
}

}  // namespace leftfold::inline v0::cli
