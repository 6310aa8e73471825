// SPDX-License-Identifier: Apache-2.0
// A store without a stream as a stream of one shard: it is scanned again and again.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/event_copy.h>
#include <leftfold/event_scan.h>
#include <leftfold/outbox.h>

namespace leftfold::inline v0::runtime {

/// Every round brings each event of the store once more; cursors drop what was published, so a round costs reads and
/// no sends. Events with a mark of being unpublished come first, and lose it when they are settled. An empty page ends
/// a round. Places mean nothing to another process: a reading always begins with a round. Any thread; one reading at a
/// time counts, the newest.
class PollStream final : public ChangeStream {
 public:
  /// `outbox` may be null. Both must outlive it.
  PollStream(EventScan& scan, Outbox* outbox) : scan_{scan}, outbox_{outbox} {}

  [[nodiscard]] ShardList shards() override;
  [[nodiscard]] std::vector<Shard> children(const std::string&, const std::string&) override { return {}; }
  [[nodiscard]] std::unique_ptr<ShardReader> open(const std::string&, const std::string&, const std::string&) override;

  /// Marks as published what the newest reading brought with a mark up to this sequence. Throws as Outbox; what was not
  /// marked then comes again.
  void settled(const std::string& sequence);

 private:
  class Reader;
  using EventName = std::pair<std::string, Version>;
  struct Pending {
    std::uint64_t number;
    EventCopy event;
  };

  EventScan& scan_;
  Outbox* const outbox_;
  std::mutex mutex_;  // of what follows
  std::uint64_t reading_ = 0;
  std::deque<Pending> pending_;  // of the newest reading
  std::set<EventName> in_pending_;
};

}  // namespace leftfold::inline v0::runtime
