// SPDX-License-Identifier: Apache-2.0
// Reading goes on when there is room again, and not when librdkafka happens to look.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

#include <leftfold/event_copy.h>
#include <leftfold/kafka.h>

#include "kafka/sink.h"
#include "support/kafka_mock.h"

namespace leftfold::kafka {
namespace {

using std::chrono::seconds;
using test_support::MockKafka;

constexpr std::int64_t kEvents = 60;

void send_all(const KafkaOptions& options) {
  KafkaOptions sending = options;
  sending.properties = {{"batch.num.messages", "1"}};  // so that each is an answer of its own
  const auto sink = open_sink(sending);
  for (std::int64_t version = 0; version < kEvents;) {
    EventCopy event;
    event.aggregate_id = "cart-1";
    event.type = "Happened";
    event.version = Version{version};
    event.id = event.commit_id = Uuid::v7(system_clock().now());
    event.payload = R"({"note":")" + std::string(1'000, 'x') + "\"}";
    if (sink->send(event.view()) != 0) ++version;
    else static_cast<void>(sink->receipts({}, system_clock().instant() + seconds{1}));
  }
  ASSERT_GT(sink->close(system_clock().instant() + seconds{30}).size(), 0U);
}

// A share of one record is used up sixty times; librdkafka alone sleeps for a second each time.
TEST(FetchAheadTest, RoomIsUsedAtOnce) {
  MockKafka mock;
  KafkaOptions options = mock.topic("Events", 1);
  send_all(options);
  options.properties = {{"queued.max.messages.kbytes", "1"}, {"fetch.message.max.bytes", "1000"}};
  KafkaBroker broker{options};
  const auto subscription = broker.subscribe({"shop.Counts", SubscriptionKind::local});
  const Instant begin = system_clock().instant();
  std::int64_t taken = 0;
  while (taken < kEvents && system_clock().instant() - begin < seconds{kEvents}) {
    for (const RecordedEvent& event : subscription->take(10, {}, begin + seconds{kEvents}).events) {
      EXPECT_EQ(event.version, Version{taken});
      ++taken;
    }
  }
  EXPECT_EQ(taken, kEvents);
  EXPECT_LT(system_clock().instant() - begin, seconds{kEvents / 4});
}

}  // namespace
}  // namespace leftfold::kafka
