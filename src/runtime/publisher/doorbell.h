// SPDX-License-Identifier: Apache-2.0
// Wakes the publishing thread, whatever it waits for.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include <leftfold/clock.h>
#include <leftfold/event_sink.h>

namespace leftfold::inline v0::runtime {

/// While a sink is open the thread waits in its receipts(), which wake() ends; else here. Any thread; attach() and
/// wait() the publishing one.
class Doorbell {
 public:
  explicit Doorbell(Clock& clock) : clock_{clock} {}

  void ring() noexcept;
  /// From now on a ring wakes this sink too; null for none. Call with null before the sink ends.
  void attach(EventSink* sink) noexcept;
  /// Returns after a ring since the last wait(), at the deadline or the stop.
  void wait(const std::stop_token& stop, Instant deadline);

 private:
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any rang_;
  bool rung_ = false;
  EventSink* sink_ = nullptr;
};

}  // namespace leftfold::inline v0::runtime
