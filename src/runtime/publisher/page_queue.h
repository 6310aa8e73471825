// SPDX-License-Identifier: Apache-2.0
// Pages that were read and are not yet taken by the publishing thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>

#include <leftfold/change_stream.h>
#include <leftfold/clock.h>

namespace leftfold::inline v0::runtime {

/// Each reading may have kPagesEach pages in it, so that a shard that is behind does not keep the others' pages out,
/// and memory is bounded by the number of shards. Any thread.
class PageQueue {
 public:
  static constexpr std::size_t kPagesEach = 2;

  struct Entry {
    std::int64_t reading = 0;
    ChangePage page;
    std::exception_ptr failure;  // the reading ended with it
  };

  /// `filled` is called after an entry came in.
  PageQueue(Clock& clock, std::function<void()> filled);

  /// Waits for room. Returns false when the stop came first.
  bool push(Entry entry, const std::stop_token& stop);
  /// The oldest entry, if there is one.
  [[nodiscard]] std::optional<Entry> pop();
  [[nodiscard]] bool empty() const;
  /// Drops what a reading put in.
  void drop(std::int64_t reading);

 private:
  Clock& clock_;
  const std::function<void()> filled_;
  mutable std::mutex mutex_;
  std::condition_variable_any room_;
  std::deque<Entry> entries_;
  std::map<std::int64_t, std::size_t> pages_;  // of each reading that has any
};

}  // namespace leftfold::inline v0::runtime
