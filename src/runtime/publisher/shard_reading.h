// SPDX-License-Identifier: Apache-2.0
// The thread that reads one shard into the queue of pages.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>

#include <leftfold/change_stream.h>
#include <leftfold/clock.h>
#include <leftfold/log.h>

#include "runtime/publisher/lease_name.h"
#include "runtime/publisher/page_queue.h"

namespace leftfold::inline v0::runtime {

/// How often a shard without news is asked. Plain value.
struct ReadingPace {
  std::chrono::milliseconds idle{250};  ///< after a page that was nearly empty; doubles while nothing comes
  std::chrono::milliseconds longest_idle{1'000};
  bool only_when_empty = false;  ///< no pause after a page with a few changes
};

/// Reads from a place to the shard's end, to a failure that does not mend itself, or until it is stopped. An empty page
/// of a closed shard is followed by another read at once: there may be thousands before the end.
/// One thread at a time; ended() and stop() any. The destructor waits for a read that is in progress.
class ShardReading {
 public:
  static constexpr std::size_t kPage = 1'000;  ///< records a read: what DynamoDB brings at most

  struct Where {
    ShardName shard;
    std::string after;
    bool closed = false;
  };

  /// Begins at once. `number` names it in the queue.
  ShardReading(std::int64_t number, ChangeStream& changes, Where where, ReadingPace pace, PageQueue& queue,
               Clock& clock, Logger& log);

  [[nodiscard]] std::int64_t number() const noexcept { return number_; }
  void stop() noexcept { thread_.request_stop(); }
  /// The thread does nothing any more, so that the destructor does not wait.
  [[nodiscard]] bool ended() const noexcept { return ended_.load(); }

 private:
  void run(const std::stop_token& stop);

  const std::int64_t number_;
  ChangeStream& changes_;
  const Where where_;
  const ReadingPace pace_;
  PageQueue& queue_;
  Clock& clock_;
  Logger& log_;
  std::atomic<bool> ended_{false};
  std::jthread thread_;
};

}  // namespace leftfold::inline v0::runtime
