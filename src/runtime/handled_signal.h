// SPDX-License-Identifier: Apache-2.0
// Tells those who wait until something is handled that a watermark moved.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <leftfold/clock.h>

namespace leftfold::inline v0::detail {

/// A condition on values that are published as sequentially consistent atomics: publish, then moved(). Costs the
/// publisher one load while nobody waits.
/// Any thread.
class HandledSignal {
 public:
  void moved() noexcept {
    if (waiters_.load() == 0) return;  // a waiter counts itself before it looks, so one of the two sees the other
    const std::scoped_lock lock{mutex_};
    changed_.notify_all();
  }

  /// Waits until `done()`; returns false when the deadline or the stop came first.
  template <class Done>
  bool wait(Clock& clock, const std::stop_token& stop, Instant deadline, Done done) {
    const Counted counted{waiters_};
    std::unique_lock lock{mutex_};
    return clock.wait_until(lock, changed_, stop, deadline, done);
  }

 private:
  struct Counted {
    explicit Counted(std::atomic<int>& c) : count{c} { ++count; }
    ~Counted() { --count; }
    std::atomic<int>& count;
  };

  std::atomic<int> waiters_{0};
  std::mutex mutex_;
  std::condition_variable_any changed_;
};

}  // namespace leftfold::inline v0::detail
