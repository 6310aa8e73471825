// SPDX-License-Identifier: Apache-2.0
#include "observe/recent_health.h"

#include <algorithm>
#include <string>
#include <utility>

namespace leftfold::inline v0::observe {

RecentHealth::RecentHealth(const Health& health, Part part, std::chrono::milliseconds fresh,
                           std::chrono::milliseconds deadline, Clock& clock)
    : health_{health},
      part_{part},
      fresh_{fresh},
      deadline_{deadline},
      clock_{clock},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

bool RecentHealth::is_fresh() const { return answered_ && !running_ && clock_.instant() - *answered_ < fresh_; }

void RecentHealth::want() {
  if (running_) return;
  wanted_ = true;
  changed_.notify_all();
}

void RecentHealth::ask() {
  const std::lock_guard lock{mutex_};
  if (!is_fresh()) want();
}

HealthReport RecentHealth::report() {
  std::unique_lock lock{mutex_};
  if (is_fresh()) return as_known(true);
  want();
  const std::uint64_t now = rounds_;
  const Instant asked = clock_.instant();
  const Instant most = asked + 2 * deadline_;  // many that are slow are no failure, but a client does not wait for ever
  for (;;) {
    // Who comes while a check hangs waits no longer than who came before.
    const Instant begun = running_ ? begun_ : asked;
    const bool changes = clock_.wait_until(
        lock, changed_, {}, std::min(begun + deadline_, most),
        [this, now, was = running_, at = at_] { return rounds_ != now || running_ != was || at_ != at; });
    if (rounds_ != now) return as_known(true);
    if (!changes || clock_.instant() >= most) return as_known(clock_.instant() < begun + deadline_);
  }
}

HealthReport RecentHealth::as_known(bool in_time) const {
  HealthReport report;
  const std::size_t count = health_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const bool asked = i < answers_.size() && answers_[i];
    CheckedHealth checked = asked ? *answers_[i] : health_.entry(i);
    if (!has(checked.scope)) continue;
    const bool hangs = !in_time && (running_ ? i == at_ : true);
    if (hangs) {
      checked.answer = {HealthState::failed, "no answer for " + std::to_string(deadline_.count()) + " ms"};
    } else if (!asked) {
      checked.answer = {HealthState::failed, "not asked yet: the check before it has not answered"};
    }
    report.checks.push_back(std::move(checked));
  }
  return report;
}

void RecentHealth::run(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (clock_.wait_until(lock, changed_, stop, kNever, [this] { return wanted_; })) {
    wanted_ = false;
    running_ = true;
    for (at_ = 0; !stop.stop_requested() && at_ < health_.size(); ++at_) {  // added meanwhile, a check is called too
      answers_.resize(health_.size());
      if (!has(health_.entry(at_).scope)) continue;
      begun_ = clock_.instant();
      changed_.notify_all();
      lock.unlock();
      CheckedHealth answer = health_.check(at_);
      lock.lock();
      answers_[at_] = std::move(answer);
    }
    running_ = false;
    ++rounds_;
    answered_ = clock_.instant();
    changed_.notify_all();
  }
}

}  // namespace leftfold::inline v0::observe
