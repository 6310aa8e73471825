// SPDX-License-Identifier: Apache-2.0
#include "runtime/handler_gate.h"

namespace leftfold::inline v0::detail {

void HandlerGate::enter() {
  std::unique_lock lock{mutex_};
  if (paused_ || (pausing_ > 0 && !handlers_turn_)) {
    ++entering_;
    changed_.wait(lock, [this] { return !paused_ && (pausing_ == 0 || handlers_turn_); });
    --entering_;
    if (entering_ == 0 && handlers_turn_) {
      handlers_turn_ = false;
      changed_.notify_all();
    }
  }
  ++inside_;
}

void HandlerGate::leave() noexcept {
  const std::scoped_lock lock{mutex_};
  --inside_;
  if (inside_ == 0 && pausing_ > 0) changed_.notify_all();
}

void HandlerGate::pause() {
  std::unique_lock lock{mutex_};
  ++pausing_;
  changed_.wait(lock, [this] { return inside_ == 0 && !paused_ && !handlers_turn_; });
  --pausing_;
  paused_ = true;
}

void HandlerGate::resume() noexcept {
  const std::scoped_lock lock{mutex_};
  paused_ = false;
  handlers_turn_ = entering_ > 0;
  changed_.notify_all();
}

}  // namespace leftfold::inline v0::detail
