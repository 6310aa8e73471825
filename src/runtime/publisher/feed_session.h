// SPDX-License-Identifier: Apache-2.0
// Publishing from a feed between two failures: one sink and one subscription.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <leftfold/event_copy.h>
#include <leftfold/event_feed.h>
#include <leftfold/publisher.h>

#include "runtime/offset_window.h"
#include "runtime/publisher/watched_sink.h"
#include "runtime/resequencer_counts.h"

namespace leftfold::inline v0::runtime {

/// Sends events in the feed's order. A partition's checkpoint follows what the broker acknowledged without a gap. An
/// aggregate with an event that the broker never takes, or that the feed cannot decode, waits in a list of its own, and
/// the checkpoint before it, while others go on: until PublisherOptions::most_open events are open, or kMostAhead times
/// as many were acknowledged beyond the checkpoint, which a restart would publish again. When a function throws, it is
/// over. One thread at a time.
class FeedSession {
 public:
  static constexpr std::size_t kMostAhead = 100;

  /// `turn` is called once in kTurn at least while a function waits for the broker.
  FeedSession(EventFeed& stored, std::unique_ptr<EventSink> sink, const PublisherOptions& options, Traffic& traffic,
              std::function<void()> turn);

  /// Takes events and receipts, and waits when there is neither, at most until `deadline` or the stop. Throws
  /// Error(unavailable) when the broker failed an event, and what the ports throw.
  void step(const std::stop_token& stop, Instant deadline);
  /// Stores the checkpoints that moved since the last time.
  void checkpoint();
  /// Waits for what is on the way, at most until `deadline`, stores checkpoints and gives the partitions back.
  void drain(Instant deadline);
  /// Closes the sink at once.
  void close() noexcept;

  [[nodiscard]] const ResequencerCounts& counts() const noexcept { return counts_; }
  [[nodiscard]] std::vector<BlockedAggregate> blocked() const;
  [[nodiscard]] std::vector<PublisherPart> parts() const;
  /// Taken and not acknowledged.
  [[nodiscard]] std::size_t open() const noexcept { return sent_.size() + waiting_; }

 private:
  struct Part {
    std::int64_t epoch = 0;
    detail::OffsetWindow window;
    Position stored;
  };
  struct Sent {
    std::int32_t partition = 0;
    std::int64_t epoch = 0;
    Position position;
  };
  struct Blocked {
    std::deque<EventCopy> events;
    std::string why;
    Instant again{};
  };
  enum class Outcome { sent, refused, stopped };

  void assign(const Assignment& assignment);
  void revoke(const Revocation& revocation);
  void offer(const RecordedEvent& event, const std::stop_token& stop);
  Outcome send(const RecordedEvent& event, const std::stop_token& stop);
  Outcome hand_over(const RecordedEvent& event, const RecordedEvent& place, const std::stop_token& stop);
  void receive(const std::stop_token& stop, Instant deadline);
  void settle(Instant deadline);
  void retry(const std::stop_token& stop);
  void block(const RecordedEvent& event);
  [[nodiscard]] bool full() const;
  [[nodiscard]] Instant next_retry() const;
  void forget_part(std::int32_t partition);

  const PublisherOptions& options_;
  const std::function<void()> turn_;
  WatchedSink sink_;
  const std::unique_ptr<Subscription> subscription_;
  std::map<std::int32_t, Part> parts_;
  std::unordered_map<std::uint64_t, Sent> sent_;  // by ticket
  std::map<std::string, Blocked, std::less<>> blocked_;
  std::size_t waiting_ = 0;  // events in blocked_
  std::string why_;          // of the newest refusal
  ResequencerCounts counts_;
};

}  // namespace leftfold::inline v0::runtime
