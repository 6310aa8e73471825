// SPDX-License-Identifier: Apache-2.0
// What ends a wait for librdkafka: something in one of its queues, or somebody who calls.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include <leftfold/clock.h>

#include "kafka/handles.h"

namespace leftfold::inline v0::kafka {

/// One thread waits, any thread wakes it. Must outlive the queues that it watches.
class Waker {
 public:
  /// From now on something in `queue`, which was empty before, ends the wait. librdkafka tells of the step from empty
  /// to not empty only, so whoever waits must have emptied the queue, or know that it did not.
  void watch(rd_kafka_queue_t* queue) noexcept { rd_kafka_queue_cb_event_enable(queue, &Waker::on_event, this); }
  /// No call comes any more.
  static void ignore(rd_kafka_queue_t* queue) noexcept { rd_kafka_queue_cb_event_enable(queue, nullptr, nullptr); }

  void wake() noexcept { set(woken_); }

  /// What came up to now counts as seen. Returns whether wake() was called since the last time.
  [[nodiscard]] bool begin() noexcept {
    const std::scoped_lock lock{mutex_};
    active_ = false;
    return std::exchange(woken_, false);
  }
  /// Waits until something came since begin(), `deadline`, or `stop`.
  void wait(Clock& clock, const std::stop_token& stop, Instant deadline) {
    std::unique_lock lock{mutex_};
    static_cast<void>(clock.wait_until(lock, signal_, stop, deadline, [this] { return active_ || woken_; }));
  }

 private:
  static void on_event(rd_kafka_t*, void* self) noexcept {
    auto* const waker = static_cast<Waker*>(self);
    waker->set(waker->active_);
  }
  void set(bool& flag) noexcept {
    {
      const std::scoped_lock lock{mutex_};
      flag = true;
    }
    signal_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any signal_;
  bool active_ = false;
  bool woken_ = false;
};

}  // namespace leftfold::inline v0::kafka
