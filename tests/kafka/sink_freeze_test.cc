// SPDX-License-Identifier: Apache-2.0
// What a sink had on the way when it was given up may be kept later than what the next one sends. The broker is frozen,
// so it must be one that nobody else uses: LEFTFOLD_SERVICES_STATE, as tests/kafka/CMakeLists.txt sets it.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

// In tests/, so the module's headers are found behind src/.
#include "kafka/service.h"
#include "kafka/sink.h"
#include "support/kafka_records.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Until the end of its scope the broker takes what comes into its sockets and does nothing about it.
struct Frozen {
  Frozen() { signal_broker(SIGSTOP); }
  ~Frozen() { signal_broker(SIGCONT); }
};

void send(EventSink& sink, const std::string& aggregate, std::int64_t first, std::int64_t last) {
  for (std::int64_t version = first; version <= last; ++version) {
    EventCopy event;
    event.aggregate_id = aggregate;
    event.type = "Happened";
    event.version = Version{version};
    event.id = event.commit_id = Uuid::v7(system_clock().now());
    event.payload = "{}";
    ASSERT_NE(sink.send(event.view()), 0U);
  }
}

void take_all(EventSink& sink) {
  const Instant deadline = system_clock().instant() + seconds{120};
  while (sink.on_the_way() > 0) {
    ASSERT_LT(system_clock().instant(), deadline);
    for (const SinkReceipt& receipt : sink.receipts({}, deadline)) ASSERT_TRUE(receipt.acknowledged) << receipt.why;
  }
}

TEST(KafkaSinkFrozen, WhatIsKeptLateLeavesNoGap) {
  TestTopic topic{3};
  KafkaOptions& options = topic.options();
  options.properties["batch.num.messages"] = "5";  // several requests are on the way
  for (int round = 0; round < 3; ++round) {
    const std::string warm = "warm" + std::to_string(round);
    const std::string fresh = "fresh" + std::to_string(round);
    std::unique_ptr<EventSink> before = kafka::open_sink(options);
    std::unique_ptr<EventSink> after;
    send(*before, warm, 0, 9);
    take_all(*before);
    {
      const Frozen frozen;
      send(*before, warm, 10, 59);
      send(*before, fresh, 0, 29);
      for (const SinkReceipt& receipt : before->close(system_clock().instant() + milliseconds{200})) {
        ASSERT_FALSE(receipt.acknowledged);
      }
      before.reset();
      after = kafka::open_sink(options);  // without an answer about the topic's configuration
      send(*after, warm, 10, 79);
      send(*after, fresh, 0, 49);
    }
    take_all(*after);
  }
  std::map<std::string, std::int64_t> next;
  std::size_t repeated = 0;
  for (const EventCopy& event : test_support::events_in(options)) {
    std::int64_t& due = next[event.aggregate_id];
    ASSERT_LE(event.version.value(), due) << event.aggregate_id;
    if (event.version.value() == due) ++due;
    else ++repeated;
  }
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(next["warm" + std::to_string(round)], 80);
    EXPECT_EQ(next["fresh" + std::to_string(round)], 50);
  }
  RecordProperty("repeated", static_cast<int>(repeated));
}

}  // namespace
}  // namespace leftfold::test_kafka
