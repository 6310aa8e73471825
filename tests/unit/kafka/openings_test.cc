// SPDX-License-Identifier: Apache-2.0
// Which events may go before the broker has something of their producer.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kafka/openings.h"

namespace leftfold::kafka {
namespace {

using std::chrono::hours;

/// A key of that partition of two, by librdkafka.
std::string key_of(std::int32_t partition) {
  for (int i = 0;; ++i) {
    std::string key = "key" + std::to_string(i);
    if (rd_kafka_msg_partitioner_murmur2(nullptr, key.data(), key.size(), 2, nullptr, nullptr) == partition) return key;
  }
}

struct OpeningsTest : ::testing::Test {
  // What may go is noted in `gone`.
  void send(std::uint64_t ticket, const std::string& key) {
    if (openings.may_go(key, ticket, now)) gone.push_back(ticket);
    else openings.hold({ticket, key, {}});
  }
  void let_go() {
    while (const HeldBack* held = openings.next()) {
      gone.push_back(held->ticket);
      openings.sent_next(now);
    }
  }
  std::vector<std::uint64_t> taken() {
    let_go();
    return std::exchange(gone, {});
  }
  using Tickets = std::vector<std::uint64_t>;

  const std::string a = key_of(0);
  const std::string b = key_of(1);
  Openings openings;
  Instant now{hours{1}};
  Tickets gone;
};

TEST_F(OpeningsTest, OneGoesAloneAndTheOthersFollowItsAcknowledgement) {
  openings.set_partitions(1);
  for (std::uint64_t ticket = 1; ticket <= 4; ++ticket) send(ticket, a);
  EXPECT_EQ(taken(), Tickets{1});
  openings.acknowledged(1, 0, now);
  EXPECT_EQ(taken(), (Tickets{2, 3, 4}));
  send(5, b);
  send(6, a);
  EXPECT_EQ(taken(), (Tickets{5, 6}));
}

TEST_F(OpeningsTest, EachPartitionOpensByItself) {
  openings.set_partitions(2);
  send(1, a);
  send(2, b);
  send(3, a);
  send(4, b);
  EXPECT_EQ(taken(), (Tickets{1, 2}));
  openings.acknowledged(2, 1, now);
  EXPECT_EQ(taken(), Tickets{4});
  openings.acknowledged(4, 1, now);
  EXPECT_EQ(taken(), Tickets{});
  openings.acknowledged(1, 0, now);
  EXPECT_EQ(taken(), Tickets{3});
}

TEST_F(OpeningsTest, NobodyOvertakesThoseWhoWait) {
  openings.set_partitions(1);
  send(1, a);
  send(2, a);
  openings.acknowledged(1, 0, now);
  send(3, a);
  EXPECT_EQ(gone, Tickets{1});
  EXPECT_EQ(taken(), (Tickets{1, 2, 3}));
}

TEST_F(OpeningsTest, WithoutTheNumberOfPartitionsOneGoesForAll) {
  send(1, a);
  send(2, b);
  send(3, a);
  send(4, b);
  EXPECT_EQ(taken(), Tickets{1});
  openings.set_partitions(2);
  EXPECT_EQ(taken(), Tickets{2});
  openings.acknowledged(1, 0, now);
  EXPECT_EQ(taken(), Tickets{3});
  openings.acknowledged(2, 1, now);
  EXPECT_EQ(taken(), Tickets{4});
}

TEST_F(OpeningsTest, PartitionsThatAreAddedOpenToo) {
  openings.set_partitions(1);
  send(1, a);
  openings.acknowledged(1, 0, now);
  openings.set_partitions(2);
  send(2, a);
  send(3, b);
  send(4, b);
  EXPECT_EQ(taken(), (Tickets{1, 2, 3}));
  openings.acknowledged(3, 1, now);
  EXPECT_EQ(taken(), Tickets{4});
}

TEST_F(OpeningsTest, AfterAnHourItBeginsAnew) {
  openings.set_partitions(1);
  send(1, a);
  openings.acknowledged(1, 0, now);
  now += hours{1};
  send(2, a);
  send(3, a);
  EXPECT_EQ(taken(), (Tickets{1, 2}));
  openings.acknowledged(2, 0, now);
  EXPECT_EQ(taken(), Tickets{3});
}

TEST_F(OpeningsTest, WhatWasNotSentAfterAllOpensNothing) {
  openings.set_partitions(1);
  send(1, a);
  openings.take_back(1);
  send(1, a);
  send(2, a);
  EXPECT_EQ(taken(), (Tickets{1, 1}));
}

TEST_F(OpeningsTest, WhatIsGivenUpDoesNotGo) {
  openings.set_partitions(2);
  for (std::uint64_t ticket = 1; ticket <= 4; ++ticket) send(ticket, ticket == 3 ? b : a);
  EXPECT_EQ(openings.give_up(), (Tickets{2, 4}));
  openings.acknowledged(1, 0, now);
  EXPECT_EQ(taken(), (Tickets{1, 3}));
}

TEST_F(OpeningsTest, AnAcknowledgementFromElsewhereStillLetsThemGo) {  // partitions were added meanwhile
  openings.set_partitions(1);
  send(1, a);
  send(2, a);
  send(3, a);
  openings.acknowledged(1, 7, now);
  EXPECT_EQ(taken(), (Tickets{1, 2}));
  openings.acknowledged(2, 0, now);
  EXPECT_EQ(taken(), Tickets{3});
}

}  // namespace
}  // namespace leftfold::kafka
