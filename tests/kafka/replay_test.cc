// SPDX-License-Identifier: Apache-2.0
// A topic of a real broker is replayed while events arrive, and the Runner goes on behind the replay: without a hole
// and without a repeat, the tables are those of a Runner that handled from the beginning.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/event_copy.h>
#include <leftfold/kafka.h>
#include <leftfold/projector.h>
#include <leftfold/replay.h>
#include <leftfold/runner.h>
#include <leftfold/sqlite_read_model.h>

#include "kafka/service.h"
#include "support/temporary_folder.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::seconds;

constexpr int kAggregates = 40;

struct Counted {
  int n = 0;
};
using CountedEvents = Events<Counted>;

/// A row an aggregate: how many, the last one, and a sum that depends on their order.
struct Chains : Projector<CountedEvents> {
  explicit Chains(const std::string& file) : db{file} {}
  SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS chains");
    db.execute("CREATE TABLE chains(id TEXT PRIMARY KEY, events INTEGER, last INTEGER, chain INTEGER)");
  }
  void on(const Counted& e, const EventMetadata& meta) {
    db.execute(
        "INSERT INTO chains VALUES(?1, 1, ?2, ?2) ON CONFLICT DO UPDATE SET events = events + 1, last = ?2, "
        "chain = (chain * 31 + ?2) % 1000003",
        meta.aggregate_id, e.n);
    const std::scoped_lock lock{mutex};
    ++calls;
    called.notify_all();
  }
  /// False when there were not so many calls within a minute.
  bool wait_for_calls(int wanted) {
    std::unique_lock lock{mutex};
    return called.wait_for(lock, seconds{60}, [&] { return calls >= wanted; });
  }
  SqliteReadModel db;
  std::mutex mutex;
  std::condition_variable called;
  int calls = 0;
};
struct Row {
  std::string id;
  std::int64_t events = 0;
  std::int64_t last = 0;
  std::int64_t chain = 0;
  bool operator==(const Row&) const = default;
};
std::vector<Row> rows_of(Chains& chains) {
  return chains.db.query<Row>("SELECT id, events, last, chain FROM chains ORDER BY id");
}
std::vector<Row> expected(int events) {
  std::vector<Row> rows(kAggregates);
  for (int n = 0; n < events; ++n) {
    Row& row = rows[static_cast<std::size_t>(n % kAggregates)];
    row.chain = row.events == 0 ? n : (row.chain * 31 + n) % 1'000'003;
    ++row.events;
    row.last = n;
  }
  for (int i = 0; i < kAggregates; ++i) rows[static_cast<std::size_t>(i)].id = "cart-" + std::to_string(100 + i);
  return rows;
}

void send(EventSink& sink, int from, int to) {
  for (int n = from; n < to;) {
    EventCopy event;
    event.aggregate_id = "cart-" + std::to_string(100 + n % kAggregates);
    event.type = "Counted";
    event.version = Version{n / kAggregates};
    event.id = event.commit_id = Uuid::v7(system_clock().now());
    event.payload = "{\"n\":" + std::to_string(n) + "}";
    if (sink.send(event.view()) != 0) ++n;
    for (const SinkReceipt& receipt : sink.receipts({}, Instant::min())) EXPECT_TRUE(receipt.acknowledged);
  }
  while (sink.on_the_way() > 0) {
    for (const SinkReceipt& receipt : sink.receipts({}, system_clock().instant() + seconds{1})) {
      EXPECT_TRUE(receipt.acknowledged) << receipt.why;
    }
  }
}

TEST(KafkaReplay, OfATopicThatGrowsIsFollowedByTheRunnerWithoutAHoleOrARepeat) {
  constexpr int kBefore = 4'000;
  constexpr int kAll = 8'000;
  TestTopic topic{4};
  KafkaBroker broker{topic.options()};
  const auto sink = broker.open_sink();
  send(*sink, 0, kBefore);
  test_support::TemporaryFolder folder;
  Chains chains{(folder.path() / "tables.db").string()};
  std::jthread writer{[&] { send(*sink, kBefore, kAll); }};
  const ReplayProgress replayed = Replay{ReplaySource::feed(broker)}.add(chains).run();
  EXPECT_TRUE(replayed.complete);
  EXPECT_GE(replayed.looked_at, static_cast<std::uint64_t>(kBefore));
  writer.join();

  Runner runner{broker, {.group = "replayed"}};
  runner.add(chains);
  Running running = runner.start();
  EXPECT_TRUE(chains.wait_for_calls(kAll));
  running.finish();  // which commits what was handled
  EXPECT_EQ(rows_of(chains), expected(kAll));

  // And the other way: handled live, then made anew in place.
  EXPECT_TRUE(Replay{ReplaySource::feed(broker)}.add(chains).run().complete);
  EXPECT_EQ(rows_of(chains), expected(kAll));
}

}  // namespace
}  // namespace leftfold::test_kafka
