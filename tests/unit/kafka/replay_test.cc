// SPDX-License-Identifier: Apache-2.0
// Replay from a Kafka topic, up to its head, and resumed.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <leftfold/event_copy.h>
#include <leftfold/kafka.h>
#include <leftfold/replay.h>

#include "kafka/sink.h"
#include "support/kafka_mock.h"
#include "unit/runtime/fake_read_model.h"

namespace leftfold::kafka {
namespace {

using std::chrono::seconds;
using test_support::MockKafka;

struct Happened {
  int n = 0;
};
using HappenedEvents = Events<Happened>;

constexpr int kEvents = 300;
constexpr int kAggregates = 20;

using Numbers = std::map<std::string, std::vector<int>>;

struct InMemory : Projector<HappenedEvents> {
  void on(const Happened& e, const EventMetadata& meta) { seen[meta.aggregate_id].push_back(e.n); }
  void reset() { seen.clear(); }
  Numbers seen;
};

struct Table : Projector<HappenedEvents> {
  explicit Table(runtime_test::FakeReadModel& m) : model{m} {}
  runtime_test::FakeReadModel& read_model() { return model; }
  void reset() { model.clear(); }
  void on(const Happened& e) {
    if (e.n == fail_at) throw std::runtime_error{"no such luck"};
    model.add(e.n);
  }
  runtime_test::FakeReadModel& model;
  int fail_at = -1;
};

std::string aggregate_of(int n) { return "cart-" + std::to_string(n % kAggregates); }

Numbers expected() {
  Numbers all;
  for (int n = 0; n < kEvents; ++n) all[aggregate_of(n)].push_back(n);
  return all;
}
Numbers by_aggregate(const std::vector<int>& rows) {
  Numbers all;
  for (const int n : rows) all[aggregate_of(n)].push_back(n);
  return all;
}

void send_all(const KafkaOptions& options) {
  const auto sink = open_sink(options);
  for (int n = 0; n < kEvents;) {
    EventCopy event;
    event.aggregate_id = aggregate_of(n);
    event.type = "Happened";
    event.version = Version{n / kAggregates};
    event.id = event.commit_id = Uuid::v7(system_clock().now());
    event.payload = "{\"n\":" + std::to_string(n) + "}";
    if (sink->send(event.view()) != 0) ++n;
    else static_cast<void>(sink->receipts({}, system_clock().instant() + seconds{1}));
  }
  ASSERT_GT(sink->close(system_clock().instant() + seconds{30}).size(), 0U);
}

TEST(KafkaReplayTest, ReadsEveryPartitionUpToItsHeadAndGoesOnWhereItStopped) {
  MockKafka mock;
  const KafkaOptions options = mock.topic("Events", 3);
  send_all(options);
  KafkaBroker broker{options};
  InMemory in_memory;
  runtime_test::FakeReadModel model;
  Table table{model};
  ReplayOptions replayed;
  replayed.batch = 32;
  const ReplayProgress done = Replay(ReplaySource::feed(broker), replayed).add(in_memory).add(table).run();
  EXPECT_TRUE(done.complete);
  EXPECT_EQ(done.looked_at, static_cast<std::uint64_t>(kEvents));
  EXPECT_EQ(in_memory.seen, expected());
  EXPECT_EQ(by_aggregate(model.rows()), expected());

  table.fail_at = 260;
  EXPECT_THROW(Replay(ReplaySource::feed(broker), replayed).add(table).run(), HandlerFailed);
  EXPECT_LT(model.rows().size(), static_cast<std::size_t>(kEvents));
  table.fail_at = -1;
  replayed.resume = true;
  const ReplayProgress rest = Replay(ReplaySource::feed(broker), replayed).add(table).run();
  EXPECT_TRUE(rest.complete);
  EXPECT_LT(rest.looked_at, static_cast<std::uint64_t>(kEvents));
  EXPECT_EQ(by_aggregate(model.rows()), expected());
}

}  // namespace
}  // namespace leftfold::kafka
