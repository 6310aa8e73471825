// SPDX-License-Identifier: Apache-2.0
// The part of BreakerMachine that SharedBreaker uses.
#include <algorithm>

#include "resilience/breaker_machine.h"

namespace leftfold::inline v0::detail {

BreakerMachine::View BreakerMachine::view() {
  return locked([&](Instant) { return View{state_, own_ && !remote_, !probes_.empty(), asked_, generation_}; });
}

void BreakerMachine::remote_open(Instant until) noexcept {
  locked([&](Instant) {
    if (overridden_here()) return;
    remote_ = true;
    then_closed_ = false;
    open_until_ = until;
    if (state_ == BreakerState::open) return;
    if (state_ == BreakerState::closed) asked_.reset();
    enter(BreakerState::open);
  });
}

void BreakerMachine::remote_probe(Instant until) noexcept {
  locked([&](Instant) {
    if (state_ != BreakerState::open && state_ != BreakerState::half_open) return;
    remote_ = true;
    then_closed_ = false;
    if (state_ == BreakerState::open) enter(BreakerState::half_open);
    lease_ = until;
  });
}

void BreakerMachine::remote_close(Instant at) noexcept {
  locked([&](Instant now) {
    if (!remote_ || then_closed_) return;
    if (state_ == BreakerState::half_open || at <= now) return close(now);
    then_closed_ = true;
    open_until_ = at;
  });
}

void BreakerMachine::remote_lapse(Instant earliest) noexcept {
  locked([&](Instant) {
    if (!remote_) return;
    if (state_ == BreakerState::open && !then_closed_) {
      open_until_ = std::min(open_until_, own_ ? std::max(earliest, own_until_) : earliest);
    }
  });
}

void BreakerMachine::forget_asked() noexcept {
  locked([&](Instant) { asked_.reset(); });
}

void BreakerMachine::remote_override(BreakerState to) noexcept {
  locked([&](Instant) {
    if (state_ != to) override_by(to, true);
  });
}

void BreakerMachine::remote_clear() noexcept {
  locked([&](Instant now) {
    if (override_is_remote_) start_over(now);
  });
}

bool BreakerMachine::overridden_here() const {
  return (state_ == BreakerState::forced_open || state_ == BreakerState::disabled) && !override_is_remote_;
}

}  // namespace leftfold::inline v0::detail
