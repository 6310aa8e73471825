// SPDX-License-Identifier: Apache-2.0
// A broker's writing side in memory: for tests of what publishes, and as the lesson in writing a sink.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/event_copy.h>
#include <leftfold/event_sink.h>

namespace leftfold::inline v0 {

/// The topic that MemoryEventSinks write to. Everything of one aggregate lies in one partition.
/// Any thread. Must outlive its sinks.
class MemoryTopic {
 public:
  /// Throws Error(invalid_argument) unless there is at least one partition.
  explicit MemoryTopic(std::int32_t partitions = 3);

  /// What it holds, partition by partition, in the order of positions.
  [[nodiscard]] std::vector<EventCopy> events() const;
  [[nodiscard]] std::size_t size() const;

 private:
  friend class MemoryEventSink;
  /// Adds a copy of `event`. Returns it with its place.
  SinkReceipt add(const RecordedEvent& event);

  mutable std::mutex mutex_;
  std::vector<std::vector<EventCopy>> partitions_;  // the event at position p of a partition is at p - 1
};

/// Limits of the sink. Plain value.
struct MemoryEventSinkOptions {
  std::size_t room = 100;                   ///< events on the way at most; at least 1
  std::size_t max_event_bytes = 1'000'000;  ///< of an event's texts together
  Clock* clock = &system_clock();           ///< must outlive the sink
};

/// Keeps every promise of EventSink except durability. Each event is in the topic when send() returns, its receipt is
/// taken with receipts(); so nothing of it ever fails, and no event is there without the one before it.
/// One thread at a time, but wake() from any.
class MemoryEventSink final : public EventSink {
 public:
  /// Throws Error(invalid_argument) for no room.
  explicit MemoryEventSink(MemoryTopic& topic, MemoryEventSinkOptions options = {});

  [[nodiscard]] std::uint64_t send(const RecordedEvent& event) override;
  [[nodiscard]] std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) override;
  void wake() noexcept override;
  [[nodiscard]] std::size_t on_the_way() const override { return due_.size(); }
  [[nodiscard]] std::vector<SinkReceipt> close(Instant deadline) override;

 private:
  MemoryTopic& topic_;
  const MemoryEventSinkOptions options_;
  std::vector<SinkReceipt> due_;
  std::uint64_t last_ticket_ = 0;
  bool closed_ = false;

  std::mutex mutex_;  // of what follows
  std::condition_variable_any changed_;
  bool woken_ = false;
};

}  // namespace leftfold::inline v0
