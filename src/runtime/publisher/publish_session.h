// SPDX-License-Identifier: Apache-2.0
// Publishing between two failures: one sink and one Resequencer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/publisher.h>

#include "runtime/publisher/flusher.h"
#include "runtime/publisher/page_queue.h"
#include "runtime/publisher/publisher_metrics.h"
#include "runtime/publisher/shard_lanes.h"
#include "runtime/publisher/watched_sink.h"
#include "runtime/resequencer.h"

namespace leftfold::inline v0::runtime {

/// When a function throws, it is over: end() it and begin another one. One thread at a time.
class PublishSession {
 public:
  /// Told when events may have been missed, before anything of the shard is stored.
  using Missed = std::function<void(const std::string& why)>;

  PublishSession(const PublishedStore& stored, std::unique_ptr<EventSink> sink, const PublisherOptions& options,
                 ShardLanes& lanes, Traffic& traffic, PublisherMetrics& metrics, Missed missed);

  [[nodiscard]] EventSink& sink() noexcept { return sink_; }
  [[nodiscard]] Resequencer& resequencer() noexcept { return resequencer_; }

  /// Opens what is held and not open yet, and takes a page if there is room for it; waits for the sink until `deadline`
  /// or the stop of `interrupt`, and goes on with the rest of the page next time. Returns whether there is more to take
  /// now. Throws as Resequencer, and what ended a reading.
  bool take(const std::stop_token& interrupt, Instant deadline);
  /// Waits for what comes of it, at most until `deadline` or the stop of `interrupt`. Throws as Resequencer.
  void settle(const std::stop_token& interrupt, Instant deadline) { resequencer_.settle(interrupt, deadline); }
  /// What was acknowledged since the last call.
  [[nodiscard]] Flush flush();
  /// Closes the sink at once and forgets what is on the way; places stay. Call once. What was not flushed is returned.
  [[nodiscard]] std::vector<PublishCursor> end();

 private:
  void take_page(PageQueue::Entry entry, const std::stop_token& interrupt, Instant deadline);
  void look_at_end(ShardLane& shard, ChangePage::End end);
  void look_at_age(ShardLane& shard, std::chrono::milliseconds behind);

  const PublisherOptions& options_;
  ShardLanes& lanes_;
  PublisherMetrics& metrics_;
  const Missed missed_;
  WatchedSink sink_;
  Resequencer resequencer_;
  std::optional<PageQueue::Entry> rest_;  // of a page whose taking was interrupted
};

}  // namespace leftfold::inline v0::runtime
