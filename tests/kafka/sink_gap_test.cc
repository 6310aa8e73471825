// SPDX-License-Identifier: Apache-2.0
// What a broker refuses: nothing is in the topic without what was sent before it, and what it can take goes on.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <leftfold/error.h>

// In tests/, so the module's headers are found behind src/.
#include "kafka/service.h"
#include "kafka/sink.h"
#include "support/code_of.h"
#include "support/kafka_records.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::seconds;
using test_support::code_of;
using test_support::events_in;

// Of hexadecimal digits, so that no compression makes it much smaller than half.
std::string noise(std::size_t size) {
  static std::mt19937_64 engine{20261129};
  std::string text(size, '0');
  for (char& letter : text) letter = "0123456789abcdef"[engine() % 16];
  return text;
}

EventCopy event_of(const std::string& aggregate, std::int64_t version, std::size_t bytes = 10) {
  EventCopy event;
  event.aggregate_id = aggregate;
  event.type = "Happened";
  event.version = Version{version};
  event.committed_at = system_clock().now();
  event.id = event.commit_id = Uuid::v7(event.committed_at);
  event.payload = R"({"text":")" + noise(bytes) + R"("})";
  return event;
}

struct KafkaSinkGaps : ::testing::Test {
  KafkaSinkGaps() { topic.options().metrics = &metrics; }

  [[nodiscard]] std::unique_ptr<EventSink> open() { return kafka::open_sink(topic.options()); }
  /// All receipts, by ticket; each must come within a minute.
  static std::map<std::uint64_t, SinkReceipt> take_all(EventSink& sink) {
    std::map<std::uint64_t, SinkReceipt> all;
    const Instant deadline = system_clock().instant() + seconds{60};
    while (sink.on_the_way() > 0 && system_clock().instant() < deadline) {
      for (const SinkReceipt& receipt : sink.receipts({}, deadline)) all.emplace(receipt.ticket, receipt);
    }
    EXPECT_EQ(sink.on_the_way(), 0U);
    return all;
  }
  static void expect_acknowledged(EventSink& sink) {
    for (const auto& [ticket, receipt] : take_all(sink)) EXPECT_TRUE(receipt.acknowledged) << receipt.why;
  }
  [[nodiscard]] std::vector<std::int64_t> versions_of(const std::string& aggregate) {
    std::vector<std::int64_t> versions;
    for (const EventCopy& event : events_in(topic.options())) {
      if (event.aggregate_id == aggregate) versions.push_back(event.version.value());
    }
    return versions;
  }
  [[nodiscard]] bool counted(const std::string& line) const {
    return metrics.prometheus().find(line) != std::string::npos;
  }

  TestTopic topic{1};
  Metrics metrics;
};

TEST_F(KafkaSinkGaps, NoBatchIsLargerThanTheTopicTakes) {
  constexpr std::size_t kTopicTakes = 20'000;
  set_topic_limit(topic.options(), kTopicTakes);
  const auto sink = open();
  for (std::int64_t version = 0; version < 300; ++version) {
    ASSERT_NE(sink->send(event_of("a", version, version % 50 == 0 ? 19'000 : 500).view()), 0U);
  }
  expect_acknowledged(*sink);
  EXPECT_EQ(versions_of("a").size(), 300U);
  EXPECT_TRUE(counted("leftfold_kafka_producer_recreated_total 0\n")) << "a batch was refused";
  std::string what;
  EXPECT_EQ(code_of([&] { (void)sink->send(event_of("a", 300, kTopicTakes).view()); }, &what), Errc::invalid_argument);
  EXPECT_NE(what.find("max.message.bytes of the topic is 20000"), what.npos) << what;
  EXPECT_NE(what.find("it has 20"), what.npos) << what;
  EXPECT_NE(sink->send(event_of("a", 300).view()), 0U);
  expect_acknowledged(*sink);
}

TEST_F(KafkaSinkGaps, AUsersOwnLimitCountsWhenItIsLower) {
  topic.options().properties["message.max.bytes"] = "5000";
  const auto sink = open();
  EXPECT_EQ(code_of([&] { (void)sink->send(event_of("a", 0, 5'000).view()); }), Errc::invalid_argument);
  EXPECT_NE(sink->send(event_of("a", 0, 4'000).view()), 0U);
  expect_acknowledged(*sink);
}

// What the first batch of a producer to a partition is: refused, while those behind it are on the way. A broker that
// knows nothing of the producer would keep them.
TEST_F(KafkaSinkGaps, WhenTheFirstBatchIsRefusedNothingBehindItIsKept) {
  topic.options().properties["batch.num.messages"] = "1";
  topic.options().properties["linger.ms"] = "0";
  for (int round = 0; round < 5; ++round) {
    const std::string aggregate = "a" + std::to_string(round);
    set_topic_limit(topic.options(), 100'000);
    const auto sink = open();
    set_topic_limit(topic.options(), 2'000);
    ASSERT_NE(sink->send(event_of(aggregate, 0, 50'000).view()), 0U);
    for (std::int64_t version = 1; version < 50; ++version) {
      if (sink->send(event_of(aggregate, version).view()) == 0) break;  // it has heard of the failure
    }
    for (const auto& [ticket, receipt] : take_all(*sink)) EXPECT_FALSE(receipt.acknowledged) << ticket;
    EXPECT_EQ(versions_of(aggregate), std::vector<std::int64_t>{});
  }
}

TEST_F(KafkaSinkGaps, WhenTheTopicTakesLessTheCulpritIsRefusedAndOthersGoThrough) {
  const auto sink = open();
  for (const char* aggregate : {"a", "b"}) ASSERT_NE(sink->send(event_of(aggregate, 0).view()), 0U);
  expect_acknowledged(*sink);
  set_topic_limit(topic.options(), 2'000);
  std::map<std::uint64_t, EventCopy> sent;
  const auto send = [&](EventCopy event) {
    const std::uint64_t ticket = sink->send(event.view());
    ASSERT_NE(ticket, 0U);
    sent.emplace(ticket, std::move(event));
  };
  send(event_of("a", 1, 50'000));
  for (std::int64_t version = 1; version <= 20; ++version) {
    send(event_of("b", version));
    if (version > 1) send(event_of("a", version));
  }
  // As the Publisher does: again from the first that failed; what is refused blocks its aggregate.
  std::map<std::string, std::int64_t> next{{"a", 21}, {"b", 21}};
  std::string why;
  for (const auto& [ticket, receipt] : take_all(*sink)) {
    if (receipt.acknowledged) continue;
    std::int64_t& from = next.at(sent.at(ticket).aggregate_id);
    from = std::min(from, sent.at(ticket).version.value());
    why += receipt.why;
  }
  EXPECT_NE(why.find("MSG_SIZE_TOO_LARGE"), why.npos) << why;
  EXPECT_EQ(next["a"], 1);
  EXPECT_EQ(versions_of("a"), std::vector<std::int64_t>{0});
  std::string what;
  EXPECT_EQ(code_of([&] { (void)sink->send(event_of("a", 1, 50'000).view()); }, &what), Errc::invalid_argument);
  EXPECT_NE(what.find("max.message.bytes of the topic is 2000"), what.npos) << what;
  for (std::int64_t version = next["b"]; version <= 20; ++version) {
    ASSERT_NE(sink->send(event_of("b", version).view()), 0U);
  }
  expect_acknowledged(*sink);
  EXPECT_EQ(versions_of("a"), std::vector<std::int64_t>{0});
  std::int64_t due = 0;
  for (const std::int64_t version : versions_of("b")) {
    EXPECT_LE(version, due);
    due = std::max(due, version + 1);
  }
  EXPECT_EQ(due, 21);
}

}  // namespace
}  // namespace leftfold::test_kafka
