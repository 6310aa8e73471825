// Handlers slower than everything that Kafka expects of a consumer, and partitions that are taken away from under them.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "kafka/chaos.h"

namespace leftfold::test_kafka {
namespace {

using Kind = HistoryLine::Kind;
using std::chrono::seconds;

void end(WorkerProcess& worker) {
  worker.terminate();
  worker.wait(seconds{20});
}

// max.poll.interval.ms is about the thread that polls, which runs no handler.
TEST(KafkaSlowHandler, BeyondThePollIntervalIsNotEvicted) {
  Chaos chaos{2};
  chaos.options.session_ms = 3'000;
  chaos.options.max_poll_ms = 6'000;
  const auto worker = chaos.start();
  chaos.send("slow", 10'000);
  chaos.settle();
  ASSERT_TRUE(Chaos::wait_until([&] { return chaos.count(Kind::began, "slow") == 1; }));
  chaos.send("slow");
  const auto others_go_on = [&] {
    const std::string last = "other-9";
    const std::size_t before = chaos.count(Kind::ended, last);
    chaos.send_to_each("other-", 10);
    chaos.settle();
    return Chaos::wait_until([&] { return chaos.count(Kind::ended, last) > before; }, seconds{5});
  };
  // What the watermark does meanwhile, verify() says: nothing is committed beyond the slow event.
  while (chaos.count(Kind::ended, "slow") == 0) ASSERT_TRUE(others_go_on());
  chaos.drain();
  end(*worker);
  const Findings found = chaos.verify();
  EXPECT_EQ(found.calls, found.events) << "each event once: the partitions never went";
  EXPECT_FALSE(chaos.log_says("lost a partition"));
}

TEST(KafkaRevoke, WaitsForHandlersAndRepeatsNothing) {
  Chaos chaos{4};
  chaos.options.drain_ms = 10'000;
  const auto first = chaos.start();
  for (int i = 0; i < 4; ++i) chaos.send_to_each("account-", 16, 500);
  chaos.settle();
  ASSERT_TRUE(Chaos::wait_until([&] { return chaos.count(Kind::ended, "account-0") == 1; }));
  const auto second = chaos.start();
  chaos.drain();
  end(*first);
  end(*second);
  const Findings found = chaos.verify();
  EXPECT_EQ(found.processes, 2U);
  EXPECT_EQ(found.calls, found.events) << "everything that had begun was committed before the partitions went";
}

TEST(KafkaRevoke, ThatOutlastsTheDrainIsDeliveredOnceMore) {
  Chaos chaos{4};
  chaos.options.drain_ms = 1'000;
  const auto first = chaos.start();
  chaos.send_to_each("account-", 8, 5'000);
  chaos.settle();
  ASSERT_TRUE(Chaos::wait_until([&] {
    std::size_t running = 0;
    for (int i = 0; i < 8; ++i) running += chaos.count(Kind::began, "account-" + std::to_string(i));
    return running == 8;
  }));
  const auto second = chaos.start();
  ASSERT_TRUE(Chaos::wait_until([&] { return chaos.history().size() == 32; }));
  chaos.drain();
  end(*first);
  end(*second);
  const Findings found = chaos.verify();
  EXPECT_EQ(found.processes, 2U);
  EXPECT_EQ(found.calls, 2 * found.events) << "the first results were fenced, so each came once more";
}

}  // namespace
}  // namespace leftfold::test_kafka
