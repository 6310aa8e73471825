// SPDX-License-Identifier: Apache-2.0
// What goes wrong on the way to Kafka, and what the caller is told.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/error.h>

#include "kafka/sink.h"
#include "support/code_of.h"
#include "support/kafka_mock.h"
#include "support/kafka_records.h"

namespace leftfold::kafka {
namespace {

using std::chrono::seconds;
using test_support::code_of;
using test_support::events_in;
using test_support::MockKafka;

EventCopy event_of(std::int64_t version, const std::string& payload = "{}") {
  EventCopy event;
  event.aggregate_id = "cart-1";
  event.type = "Happened";
  event.version = Version{version};
  event.committed_at = system_clock().now();
  event.id = Uuid::v7(event.committed_at);
  event.commit_id = event.id;
  event.payload = payload;
  return event;
}

/// A topic of one partition whose batches hold one event each, so that each can have a fate of its own.
struct KafkaSinkTest : ::testing::Test {
  KafkaSinkTest() {
    options.properties["batch.num.messages"] = "1";
    options.metrics = &metrics;
  }

  [[nodiscard]] std::unique_ptr<EventSink> open() const { return open_sink(options); }
  static std::uint64_t send(EventSink& sink, std::int64_t version) { return sink.send(event_of(version).view()); }

  /// Sends one version after the other, as far as the sink takes them: it stops when it knows that one failed.
  /// Returns how many it took.
  static std::size_t send_while_taken(EventSink& sink, std::int64_t first, std::int64_t last) {
    std::size_t taken = 0;
    for (std::int64_t version = first; version <= last && send(sink, version) != 0; ++version) ++taken;
    return taken;
  }

  /// All receipts, by ticket; each must come once and within a minute.
  static std::map<std::uint64_t, SinkReceipt> take_all(EventSink& sink) {
    std::map<std::uint64_t, SinkReceipt> all;
    const Instant deadline = system_clock().instant() + seconds{60};
    while (sink.on_the_way() > 0 && system_clock().instant() < deadline) {
      for (const SinkReceipt& receipt : sink.receipts({}, deadline)) {
        EXPECT_TRUE(all.emplace(receipt.ticket, receipt).second) << "ticket " << receipt.ticket;
      }
    }
    EXPECT_EQ(sink.on_the_way(), 0U);
    return all;
  }

  [[nodiscard]] std::vector<std::int64_t> versions_held() const {
    std::vector<std::int64_t> versions;
    for (const EventCopy& event : events_in(options)) versions.push_back(event.version.value());
    return versions;
  }
  /// As consumers take them: each version once, after the one before it.
  [[nodiscard]] std::vector<std::int64_t> versions_taken() const {
    std::vector<std::int64_t> taken;
    for (const std::int64_t version : versions_held()) {
      if (version == static_cast<std::int64_t>(taken.size())) taken.push_back(version);
    }
    return taken;
  }

  [[nodiscard]] double metric(const std::string& line) const {
    const std::string text = metrics.prometheus();
    const std::size_t at = text.find("\n" + line + " ");
    EXPECT_NE(at, std::string::npos) << line << " is not in\n" << text;
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size() + 2));
  }

  MockKafka mock;
  Metrics metrics;
  KafkaOptions options = mock.topic("Events", 1);
};

// github.com/confluentinc/librdkafka/issues/4438, in 2.0.2: a request that may have been written, and the next one out
// of order, end the producer.
TEST_F(KafkaSinkTest, AFatalErrorReplacesTheProducerAndLosesNothing) {
  const auto sink = open();
  EXPECT_EQ(send(*sink, 0), 1U);
  EXPECT_TRUE(take_all(*sink).at(1).acknowledged);
  // All that is in flight after the first one, as a broker would that checks sequences: the mock does not, and would
  // take them although the first is not there.
  std::vector<rd_kafka_resp_err_t> answers(5, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
  answers.front() = RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT;
  mock.answer_next(MockKafka::kProduce, answers);
  const std::size_t taken = send_while_taken(*sink, 1, 6);
  const auto receipts = take_all(*sink);
  EXPECT_EQ(receipts.size(), taken);
  std::int64_t first_failed = 7;
  for (const auto& [ticket, receipt] : receipts) {
    if (receipt.acknowledged) continue;
    first_failed = std::min(first_failed, static_cast<std::int64_t>(ticket) - 1);
    EXPECT_FALSE(receipt.why.empty());
  }
  mock.answer_as_usual(MockKafka::kProduce);
  ASSERT_LT(first_failed, 7) << "the sequence is not fatal any more";
  EXPECT_EQ(metric("leftfold_kafka_producer_recreated_total"), 0);
  for (std::int64_t version = first_failed; version <= 6; ++version) EXPECT_NE(send(*sink, version), 0U);
  EXPECT_EQ(metric("leftfold_kafka_producer_recreated_total"), 1);
  for (const auto& [ticket, receipt] : take_all(*sink)) EXPECT_TRUE(receipt.acknowledged) << receipt.why;
  EXPECT_EQ(versions_taken(), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
}

TEST_F(KafkaSinkTest, AfterOneThatFailedNothingIsThereWithoutIt) {
  const auto sink = open();
  mock.answer_next(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  ASSERT_GE(send_while_taken(*sink, 0, 2), 1U);
  const auto receipts = take_all(*sink);
  EXPECT_NE(receipts.at(1).why.find("MSG_SIZE_TOO_LARGE"), std::string::npos) << receipts.at(1).why;
  for (const auto& [ticket, receipt] : receipts) EXPECT_FALSE(receipt.acknowledged) << ticket;
  EXPECT_EQ(versions_held(), std::vector<std::int64_t>{});
  for (std::int64_t version = 0; version <= 2; ++version) EXPECT_NE(send(*sink, version), 0U);
  for (const auto& [ticket, receipt] : take_all(*sink)) EXPECT_TRUE(receipt.acknowledged) << receipt.why;
  EXPECT_EQ(versions_held(), (std::vector<std::int64_t>{0, 1, 2}));
}

TEST_F(KafkaSinkTest, NothingIsTakenUntilTheReceiptOfWhatFailedIs) {
  const auto sink = open();
  mock.answer_next(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  EXPECT_EQ(send(*sink, 0), 1U);
  std::uint64_t last = 1;  // the caller goes on without a look at receipts, until it hears of the failure
  for (std::int64_t version = 1; last != 0; ++version) last = send(*sink, version);
  EXPECT_EQ(send(*sink, 1), 0U);
  for (const auto& [ticket, receipt] : take_all(*sink)) EXPECT_FALSE(receipt.acknowledged) << ticket;
  EXPECT_EQ(versions_held(), std::vector<std::int64_t>{});
  EXPECT_NE(send(*sink, 0), 0U);
  for (const auto& [ticket, receipt] : take_all(*sink)) EXPECT_TRUE(receipt.acknowledged) << receipt.why;
}

TEST_F(KafkaSinkTest, AnswersThatTakeTwoSecondsAreWaitedFor) {
  const auto sink = open();
  EXPECT_EQ(send(*sink, 0), 1U);
  EXPECT_TRUE(take_all(*sink).at(1).acknowledged);
  mock.set_round_trip(seconds{2});
  EXPECT_EQ(send_while_taken(*sink, 1, 3), 3U);
  for (const auto& [ticket, receipt] : take_all(*sink)) EXPECT_TRUE(receipt.acknowledged) << receipt.why;
  mock.set_round_trip({});
  EXPECT_EQ(versions_held(), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(metric("leftfold_kafka_producer_recreated_total"), 0);
}

TEST_F(KafkaSinkTest, WithoutTheRightToWriteReceiptsSaysSo) {
  const auto sink = open();
  mock.answer_next(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  EXPECT_EQ(send(*sink, 0), 1U);
  std::string what;
  EXPECT_EQ(code_of([&] { (void)sink->receipts({}, system_clock().instant() + seconds{30}); }, &what),
            Errc::permission_denied);
  EXPECT_NE(what.find("TOPIC_AUTHORIZATION_FAILED"), std::string::npos) << what;
  EXPECT_EQ(send(*sink, 0), 0U);
  const auto receipts = take_all(*sink);  // what was due comes with the next call
  ASSERT_EQ(receipts.size(), 1U);
  EXPECT_FALSE(receipts.at(1).acknowledged);
  EXPECT_EQ(send(*sink, 0), 2U);  // by another producer: librdkafka would remember it of the topic for minutes
  EXPECT_TRUE(take_all(*sink).at(2).acknowledged);
}

TEST_F(KafkaSinkTest, WithoutTheRightToBeAProducerItDoesNotGoRound) {
  mock.answer_next(MockKafka::kInitProducerId, {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED});
  const auto sink = open();
  std::uint64_t sent = 0;
  std::string what;
  EXPECT_EQ(code_of(
                [&] {
                  for (;;) {
                    if (sink->on_the_way() < 3) sent = std::max(sent, send(*sink, 0));
                    (void)sink->receipts({}, system_clock().instant() + seconds{30});
                  }
                },
                &what),
            Errc::permission_denied);
  EXPECT_NE(what.find("CLUSTER_AUTHORIZATION_FAILED"), std::string::npos) << what;
  EXPECT_EQ(take_all(*sink).size(), sent);
  // Not before there is something to send; a failed event may be seen before its reason, and the loop sends then.
  const double recreated = metric("leftfold_kafka_producer_recreated_total");
  EXPECT_LE(recreated, 1);
  EXPECT_EQ(send(*sink, 0), sent + 1);
  EXPECT_TRUE(take_all(*sink).at(sent + 1).acknowledged);
  EXPECT_LE(metric("leftfold_kafka_producer_recreated_total"), recreated + 1);
}

TEST_F(KafkaSinkTest, ATopicThatIsGoneIsSaid) {
  options.properties["topic.metadata.propagation.max.ms"] = "200";
  mock.set_topic_error("Events", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const auto sink = open();
  EXPECT_EQ(send(*sink, 0), 1U);
  EXPECT_EQ(send(*sink, 1), 2U);
  const auto receipts = take_all(*sink);
  EXPECT_FALSE(receipts.at(1).acknowledged);
  EXPECT_NE(receipts.at(1).why.find("UNKNOWN_TOPIC"), std::string::npos) << receipts.at(1).why;
  EXPECT_FALSE(receipts.at(2).acknowledged);
  mock.set_topic_error("Events", RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(send(*sink, 0), 3U);
  EXPECT_TRUE(take_all(*sink).at(3).acknowledged);
  EXPECT_EQ(versions_held(), std::vector<std::int64_t>{0});
}

TEST_F(KafkaSinkTest, TooLargeIsSaidWithItsSizes) {
  const auto sink = open();
  std::string what;
  EXPECT_EQ(
      code_of([&] { (void)sink->send(event_of(3, R"({"text":")" + std::string(1'000'000, 'x') + R"("})").view()); },
              &what),
      Errc::invalid_argument);
  for (const char* part : {"event 3", "Happened", "cart-1", "message.max.bytes", "1000000"}) {
    EXPECT_NE(what.find(part), std::string::npos) << part << " is not in: " << what;
  }
  EXPECT_EQ(code_of([&] { (void)sink->send(event_of(3, "[]").view()); }), Errc::invalid_argument);
  EXPECT_EQ(sink->on_the_way(), 0U);
  EXPECT_EQ(send(*sink, 0), 1U);
}

/// The lines that say that the topic's limit is not known.
class LimitLines final : public Logger {
 public:
  using Logger::log;
  [[nodiscard]] bool enabled(LogLevel) const noexcept override { return true; }
  void log(LogLevel, std::string_view, std::string_view message, std::span<const LogField>) noexcept override {
    if (message.find("max.message.bytes is not known") != message.npos) ++count_;
  }
  [[nodiscard]] int count() const noexcept { return count_; }

 private:
  std::atomic<int> count_ = 0;
};

TEST_F(KafkaSinkTest, WithoutAnAnswerAboutTheTopicItGoesOnAndSaysSoOnce) {  // the mock cluster cannot be asked
  LimitLines lines;
  options.log = &lines;
  const auto sink = open();
  EXPECT_EQ(lines.count(), 1);
  mock.answer_next(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  EXPECT_EQ(send(*sink, 0), 1U);
  EXPECT_FALSE(take_all(*sink).at(1).acknowledged);
  EXPECT_EQ(send(*sink, 0), 2U);  // by another producer, which has asked again
  EXPECT_TRUE(take_all(*sink).at(2).acknowledged);
  EXPECT_EQ(metric("leftfold_kafka_producer_recreated_total"), 1);
  EXPECT_EQ(lines.count(), 1);
}

TEST_F(KafkaSinkTest, CountsWhatItDoes) {
  {
    const auto sink = open();
    mock.answer_next(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
    const auto taken = static_cast<double>(send_while_taken(*sink, 0, 2));
    ASSERT_GE(taken, 1);
    EXPECT_EQ(metric("leftfold_kafka_events_on_the_way"), taken);
    (void)take_all(*sink);
    EXPECT_EQ(metric("leftfold_kafka_sent_events_total"), taken);
    EXPECT_GT(metric("leftfold_kafka_sent_bytes_total"), taken * 6);
    EXPECT_EQ(metric(R"(leftfold_kafka_receipts_total{outcome="acknowledged"})"), 0);
    EXPECT_EQ(metric(R"(leftfold_kafka_receipts_total{outcome="failed"})"), taken);
    EXPECT_EQ(metric("leftfold_kafka_events_on_the_way"), 0);
    mock.set_down();
    EXPECT_NE(send(*sink, 3), 0U);
    EXPECT_EQ(metric("leftfold_kafka_events_on_the_way"), 1);
  }
  EXPECT_EQ(metric("leftfold_kafka_events_on_the_way"), 0);  // nothing is on its way with a sink that has ended
}

TEST_F(KafkaSinkTest, AnImpossiblePropertyIsNamed) {
  options.properties["linger.ms"] = "soon";
  std::string what;
  EXPECT_EQ(code_of([&] { (void)open(); }, &what), Errc::invalid_config);
  EXPECT_NE(what.find("linger.ms"), std::string::npos) << what;
}

}  // namespace
}  // namespace leftfold::kafka
