// SPDX-License-Identifier: Apache-2.0
// Lets Runner::read look at a handler while it handles nothing.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace leftfold::inline v0::detail {

/// Any number of threads are inside handling, or one has paused them. Phase-fair: a pause waits for those inside only,
/// and handlers that queued up during a pause go before the next one, so neither side starves.
/// Any thread.
class HandlerGate {
 public:
  void enter();
  void leave() noexcept;
  void pause();
  void resume() noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t inside_ = 0;
  std::size_t entering_ = 0;  // threads waiting in enter()
  std::size_t pausing_ = 0;   // threads waiting in pause()
  bool paused_ = false;
  bool handlers_turn_ = false;
};

/// Inside the gate for as long as it lives.
class InsideGate {
 public:
  explicit InsideGate(HandlerGate& gate) : gate_{gate} { gate_.enter(); }
  ~InsideGate() { gate_.leave(); }
  InsideGate(const InsideGate&) = delete;
  InsideGate& operator=(const InsideGate&) = delete;

 private:
  HandlerGate& gate_;
};

}  // namespace leftfold::inline v0::detail
