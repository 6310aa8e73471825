// SPDX-License-Identifier: Apache-2.0
// Who of this process may try for a subscription next.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>

namespace leftfold::inline v0::sqlite {

/// A queue a subscription, so that waiting threads of one process get it in turn; between processes the lock file
/// decides. Any thread.
class Turns {
 public:
  void join(std::int64_t subscription, const void* who) {
    const std::lock_guard lock{mutex_};
    queues_[subscription].push_back(who);
  }
  void leave(std::int64_t subscription, const void* who) {
    const std::lock_guard lock{mutex_};
    const auto queue = queues_.find(subscription);
    if (queue == queues_.end()) return;
    std::erase(queue->second, who);
    if (queue->second.empty()) queues_.erase(queue);
  }
  [[nodiscard]] bool is_first(std::int64_t subscription, const void* who) {
    const std::lock_guard lock{mutex_};
    const auto queue = queues_.find(subscription);
    return queue != queues_.end() && queue->second.front() == who;
  }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, std::deque<const void*>> queues_;
};

}  // namespace leftfold::inline v0::sqlite
