// SPDX-License-Identifier: Apache-2.0
// Handlers slower than everything that Kafka expects of a consumer, and partitions that are taken away from under them.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "kafka/chaos.h"

namespace leftfold::test_kafka {
namespace {

using Kind = HistoryLine::Kind;

void end(WorkerProcess& worker) {
  worker.terminate();
  worker.wait();
}

bool handles(const std::vector<HistoryLine>& history, pid_t process) {
  return std::any_of(history.begin(), history.end(), [&](const auto& line) { return line.process == process; });
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
    return Chaos::wait_until([&] { return chaos.count(Kind::ended, last) > before; });
  };
  // What the watermark does meanwhile, verify() says: nothing is committed beyond the slow event.
  int went_on = 0;
  while (chaos.count(Kind::ended, "slow") == 0) {
    ASSERT_TRUE(others_go_on());
    if (chaos.count(Kind::ended, "slow") == 0) ++went_on;
  }
  EXPECT_GE(went_on, 1);
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
  ASSERT_TRUE(Chaos::wait_until([&] {  // there is work until the second one has some of it
    if (handles(chaos.history(), second->id())) return true;
    if (chaos.all_heard()) {
      chaos.send_to_each("account-", 16, 500);
      chaos.settle();
    }
    return false;
  }));
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
  chaos.send_to_each("account-", 8, 10'000);  // the second one must be there before they end
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
