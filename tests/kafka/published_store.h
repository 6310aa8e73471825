// SPDX-License-Identifier: Apache-2.0
// An event store whose events are in a Kafka topic once append() has returned.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include <leftfold/error.h>
#include <leftfold/kafka.h>
#include <leftfold/memory.h>

namespace leftfold::test_kafka {

/// A store in memory, and one sink: events lie in the topic in the store's order. Any thread.
class PublishedStore final : public EventStore {
 public:
  PublishedStore(Clock& clock, const KafkaOptions& options)
      : store_{clock}, broker_{options}, sink_{broker_.open_sink()} {}

  [[nodiscard]] AppendResult append(const AppendRequest& request) override {
    const std::scoped_lock lock{mutex_};
    const Position before = store_.head();
    AppendResult result = store_.append(request);
    for (const RecordedEvent& event : store_.read_all(before, request.events.size())) publish(event);
    return result;
  }
  [[nodiscard]] EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max) override {
    return store_.read_stream(aggregate_id, from, max);
  }
  [[nodiscard]] EventPage read_all(Position after, std::size_t max) override { return store_.read_all(after, max); }
  [[nodiscard]] Position head() override { return store_.head(); }
  [[nodiscard]] std::optional<Appended> find_append(std::string_view aggregate_id,
                                                    std::string_view idempotency_key) override {
    return store_.find_append(aggregate_id, idempotency_key);
  }

 private:
  void publish(const RecordedEvent& event) {
    const std::uint64_t ticket = sink_->send(event);
    for (;;) {
      for (const SinkReceipt& receipt : sink_->receipts({}, kNever)) {
        if (receipt.ticket != ticket) continue;
        if (receipt.acknowledged) return;
        throw Error{Errc::unavailable, "the event was not published: " + receipt.why};
      }
    }
  }

  std::mutex mutex_;
  MemoryStore store_;
  KafkaBroker broker_;
  std::unique_ptr<EventSink> sink_;
};

}  // namespace leftfold::test_kafka
