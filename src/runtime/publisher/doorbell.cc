// SPDX-License-Identifier: Apache-2.0
#include "runtime/publisher/doorbell.h"

namespace leftfold::inline v0::runtime {

void Doorbell::ring() noexcept {
  const std::scoped_lock lock{mutex_};
  rung_ = true;
  rang_.notify_all();
  if (sink_ != nullptr) sink_->wake();
}

void Doorbell::attach(EventSink* sink) noexcept {
  const std::scoped_lock lock{mutex_};
  sink_ = sink;
}

void Doorbell::wait(const std::stop_token& stop, Instant deadline) {
  std::unique_lock lock{mutex_};
  (void)clock_.wait_until(lock, rang_, stop, deadline, [&] { return rung_; });
  rung_ = false;
}

}  // namespace leftfold::inline v0::runtime
