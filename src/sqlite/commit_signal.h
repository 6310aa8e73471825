// SPDX-License-Identifier: Apache-2.0
// Wakes subscriptions of this process when this process committed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace leftfold::inline v0::sqlite {

/// What one subscription waits on. Any thread.
struct Waker {
  std::mutex mutex;
  std::condition_variable_any signal;
  bool woken = false;   ///< by wake(): take() returns
  bool commit = false;  ///< by a commit: take() looks again

  void wake() {
    const std::lock_guard lock{mutex};
    woken = true;
    signal.notify_all();
  }
  void committed() {
    const std::lock_guard lock{mutex};
    commit = true;
    signal.notify_all();
  }
};

/// The wakers of one file. Any thread.
class CommitSignal {
 public:
  void add(Waker& waker) {
    const std::lock_guard lock{mutex_};
    wakers_.push_back(&waker);
    count_.store(wakers_.size());
  }
  void remove(Waker& waker) {
    const std::lock_guard lock{mutex_};
    std::erase(wakers_, &waker);
    count_.store(wakers_.size());
  }
  void notify() {
    if (count_.load() == 0) return;  // a subscription that comes now reads before it waits
    const std::lock_guard lock{mutex_};
    for (Waker* waker : wakers_) waker->committed();
  }

 private:
  std::mutex mutex_;
  std::vector<Waker*> wakers_;
  std::atomic<std::size_t> count_{0};
};

}  // namespace leftfold::inline v0::sqlite
