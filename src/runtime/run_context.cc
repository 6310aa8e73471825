// SPDX-License-Identifier: Apache-2.0
#include "runtime/run_context.h"

#include <utility>

namespace leftfold::inline v0::detail {

void RunContext::fail(std::exception_ptr failure) noexcept {
  {
    const std::scoped_lock lock{mutex_};
    if (!failure_) failure_ = std::move(failure);
  }
  halt();
}

std::exception_ptr RunContext::failure() const {
  const std::scoped_lock lock{mutex_};
  return failure_;
}

Instant RunContext::drain_deadline() {
  const std::scoped_lock lock{mutex_};
  if (!drain_deadline_) drain_deadline_ = clock_.instant() + drain_;
  return *drain_deadline_;
}

void RunContext::wait_until_halted() {
  wait(halt_.get_token(), kNever, [] { return false; });
}

void RunContext::add_thread(std::size_t& count) noexcept {
  const std::scoped_lock lock{mutex_};
  ++count;
}

void RunContext::remove_thread(std::size_t& count) noexcept {
  const std::scoped_lock lock{mutex_};
  --count;
  changed_.notify_all();
}

}  // namespace leftfold::inline v0::detail
