// SPDX-License-Identifier: Apache-2.0
// Anything can be written to a topic: what no handler can read is parked with its bytes, and ends no process.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <leftfold/sqlite.h>

#include "kafka/chaos.h"
#include "kafka/raw_producer.h"

namespace leftfold::test_kafka {
namespace {

using Kind = HistoryLine::Kind;

struct Parked {
  std::string sequence;
  ParkReason reason;
  std::string payload;
  bool operator==(const Parked&) const = default;
};

/// By sequence and then in order.
std::vector<Parked> letters_of(const Chaos& chaos, const std::string& subscription) {
  SqliteOptions file;
  file.file = chaos.options.letters();
  SqliteStore store{file};
  std::vector<std::string> sequences = store.dead_letters().sequences(subscription);
  std::sort(sequences.begin(), sequences.end());
  std::vector<Parked> found;
  for (const std::string& sequence : sequences) {
    for (const DeadLetter& letter : store.dead_letters().letters(subscription, sequence, {}, 1000)) {
      found.push_back({sequence, letter.reason, letter.event.payload});
    }
  }
  return found;
}

std::string nested(int depth) {
  const auto levels = static_cast<std::size_t>(depth);
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(KafkaGarbage, IsParkedVerbatimAndTheRestIsHandled) {
  Chaos chaos{1};  // so that offsets tell where everything is
  RawProducer other{chaos.kafka()};
  const std::string topic = chaos.kafka().topic;
  const std::string megabyte(1'000'000, '\xf7');
  const std::string deep =
      R"({"aggregateId":"deep","version":0,"event":"Step","payload":{"amount":)" + nested(500) + "}}";

  chaos.send_to_each("account-", 3);
  chaos.settle();                           // offsets 0 to 2
  other.send({std::nullopt, "no JSON"});    // 3: a sequence of its own
  other.send({"", "{}"});                   // 4: likewise, its key is none
  other.send({"account-0", std::nullopt});  // 5: a tombstone: account-0 waits
  other.send({"big", megabyte});            // 6
  other.send({"deep", deep});               // 7: an event that does not decode
  other.send({"stranger", R"({"aggregateId":"stranger","version":0,"event":"Unknown","payload":{}})"});  // 8: passed
  other.send({"twice", step_json("twice", 0, 7), {{"ce_id", "1"}, {"ce_id", "2"}, {"", ""}}});           // 9: handled
  other.send({std::nullopt, step_json("keyless", 0, 7)});                                                // 10: handled
  chaos.send_to_each("account-", 3);
  chaos.settle();

  const auto worker = chaos.start();
  const auto ended = [&](const std::string& account) { return chaos.count(Kind::ended, account); };
  ASSERT_TRUE(Chaos::wait_until([&] { return ended("account-1") == 2 && ended("account-2") == 2; }));
  ASSERT_TRUE(Chaos::wait_until([&] { return letters_of(chaos, chaos.options.subscription()).size() == 6; }));
  EXPECT_EQ(ended("account-0"), 1U) << "what came after the tombstone waits behind it";
  EXPECT_EQ(ended("twice"), 1U);
  EXPECT_EQ(ended("keyless"), 1U);
  chaos.drain_offsets();
  worker->terminate();
  worker->wait();

  const std::vector<Parked> parked = letters_of(chaos, chaos.options.subscription());
  ASSERT_EQ(parked.size(), 6U);
  EXPECT_EQ(parked[0], (Parked{"account-0", ParkReason::undecodable, ""}));
  EXPECT_EQ(parked[1].sequence, "account-0");
  EXPECT_EQ(parked[1].reason, ParkReason::follower);
  EXPECT_EQ(parked[2], (Parked{"big", ParkReason::undecodable, megabyte}));
  EXPECT_EQ(parked[3].sequence, "deep");
  EXPECT_NE(parked[3].payload.find(nested(500)), std::string::npos);
  EXPECT_EQ(parked[4], (Parked{topic + "/0/3", ParkReason::undecodable, "no JSON"}));
  EXPECT_EQ(parked[5], (Parked{topic + "/0/4", ParkReason::undecodable, "{}"}));
  // The projector parks the same, by itself.
  const std::vector<Parked> projector = letters_of(chaos, chaos.options.group + ".Ledger");
  EXPECT_EQ(projector, parked);
}

TEST(KafkaGarbage, WhatCouldNotBePublishedIsParkedUnderItsVersion) {
  Chaos chaos{1};
  chaos.send_to_each("account-", 2);
  chaos.settle();
  KafkaBroker broker{chaos.kafka()};
  RecordedEvent event;
  event.aggregate_id = "account-0";
  event.version = Version{chaos.sent_otherwise("account-0")};
  event.type = kUnpublished;
  event.payload = "{}";
  event.metadata = R"({"unpublished":"it has 1200345 bytes"})";
  event.committed_at = system_clock().now();
  event.id = event.commit_id = Uuid::v7(event.committed_at);
  const auto sink = broker.open_sink();
  ASSERT_NE(sink->send(event), 0U);
  const auto receipts = sink->close(system_clock().instant() + std::chrono::seconds{60});
  ASSERT_EQ(receipts.size(), 1U);
  ASSERT_TRUE(receipts[0].acknowledged) << receipts[0].why;
  chaos.send_to_each("account-", 2);
  chaos.settle();

  const auto worker = chaos.start();
  const auto ended = [&](const std::string& account) { return chaos.count(Kind::ended, account); };
  ASSERT_TRUE(Chaos::wait_until([&] { return ended("account-1") == 2; }));
  ASSERT_TRUE(Chaos::wait_until([&] { return letters_of(chaos, chaos.options.subscription()).size() == 2; }));
  EXPECT_EQ(ended("account-0"), 1U) << "what came after it waits behind it";
  chaos.drain_offsets();
  worker->terminate();
  worker->wait(std::chrono::seconds{20});

  const std::vector<Parked> parked = letters_of(chaos, chaos.options.subscription());
  ASSERT_EQ(parked.size(), 2U);
  EXPECT_EQ(parked[0], (Parked{"account-0", ParkReason::undecodable, "{}"}));
  EXPECT_EQ(parked[1].sequence, "account-0");
  EXPECT_EQ(parked[1].reason, ParkReason::follower);
  EXPECT_EQ(letters_of(chaos, chaos.options.group + ".Ledger"), parked);
  SqliteOptions file;
  file.file = chaos.options.letters();
  SqliteStore store{file};
  const auto letters = store.dead_letters().letters(chaos.options.subscription(), "account-0", {}, 10);
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].event.type, kUnpublished);
  EXPECT_EQ(letters[0].event.version, Version{1});
  EXPECT_EQ(letters[0].event.id, event.id);
  EXPECT_NE(letters[0].error_message.find("it has 1200345 bytes"), std::string::npos) << letters[0].error_message;
}

}  // namespace
}  // namespace leftfold::test_kafka
