// SPDX-License-Identifier: Apache-2.0
// Records of transactions: the markers at their ends take offsets, and what was aborted is there and yet is not.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "kafka/chaos.h"
#include "kafka/raw_producer.h"

namespace leftfold::test_kafka {
namespace {

TEST(KafkaTransactions, AreReadWhenCommittedAndTheWatermarkPassesTheirGaps) {
  Chaos chaos{2};
  RawProducer other{chaos.kafka(), chaos.kafka().topic};
  const auto worker = chaos.start();
  constexpr int kRounds = 30;
  for (int round = 0; round < kRounds; ++round) {
    // The last one is: once its events are read its markers are there, while those of one that was aborted may still
    // come behind what is sent after it.
    const bool committed = chaos.random(0, 2) > 0 || round == kRounds - 1;
    other.begin();
    for (int i = 0; i < 4; ++i) {
      const std::string account = "account-" + std::to_string(i);
      // Of an aborted one, a version that comes again, and an account that never is.
      const std::int64_t version = committed ? chaos.sent_otherwise(account) : chaos.next_version(account);
      other.send({account, step_json(account, version, chaos.random(0, 1000))});
      if (!committed) other.send({"never", step_json("never", round, 1)});
    }
    if (committed) {
      other.commit();
    } else {
      other.abort();
    }
    if (round % 3 == 0) chaos.send_to_each("account-", 6);
    chaos.settle();
  }
  ASSERT_TRUE(Chaos::wait_until([&] { return chaos.all_heard(); }));
  chaos.send_to_each("last-", 16);  // behind the last marker of each partition, which nobody can finish
  chaos.settle();
  chaos.drain();
  worker->terminate();
  worker->wait();
  const Findings found = chaos.verify();
  EXPECT_EQ(found.calls, found.events);
}

// A marker is no event, so nobody finishes it: the checkpoint stands before it until the next event, and a process that
// starts there waits for nothing that cannot come.
TEST(KafkaTransactions, AMarkerAtTheEndLeavesTheCheckpointBeforeIt) {
  Chaos chaos{1};
  RawProducer other{chaos.kafka(), chaos.kafka().topic};
  const GroupOffsets group{chaos.kafka(), chaos.options.subscription()};
  for (int run = 0; run < 2; ++run) {
    const std::size_t before = chaos.count(HistoryLine::Kind::ended, "account");
    const auto worker = chaos.start();
    other.begin();
    other.send({"account", step_json("account", chaos.sent_otherwise("account"), run)});
    other.commit();
    ASSERT_TRUE(Chaos::wait_until([&] { return chaos.count(HistoryLine::Kind::ended, "account") == before + 1; }));
    worker->terminate();
    worker->wait();
    EXPECT_EQ(group.heads().front(), 2 * (run + 1));
    EXPECT_EQ(group.committed().front(), 2 * (run + 1) - 1);
  }
  EXPECT_EQ(chaos.count(HistoryLine::Kind::began, "account"), 2U);
}

}  // namespace
}  // namespace leftfold::test_kafka
