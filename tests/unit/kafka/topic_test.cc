// SPDX-License-Identifier: Apache-2.0
// Asking for the topic. Creating it needs a real broker: tests/kafka.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include <leftfold/error.h>

#include "kafka/topic.h"
#include "support/code_of.h"
#include "support/kafka_mock.h"

namespace leftfold::kafka {
namespace {

using std::chrono::milliseconds;
using test_support::code_of;
using test_support::MockKafka;

TEST(ReadyTopic, TellsItsPartitions) {
  MockKafka mock{3};
  EXPECT_EQ(ready_topic(mock.topic("one", 1)), 1);
  EXPECT_EQ(ready_topic(mock.topic("seven", 7)), 7);
}

TEST(ReadyTopic, WaitsForLeaders) {
  MockKafka mock;
  KafkaOptions options = mock.topic("orders");
  mock.answer_next(MockKafka::kMetadata,
                   {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE});
  EXPECT_EQ(ready_topic(options), 3);
}

TEST(ReadyTopic, GivesUpOnTheOptionsClock) {
  KafkaOptions options;
  options.brokers = "127.0.0.1:1";  // nobody listens there
  options.start_timeout = milliseconds{300};
  std::string what;
  EXPECT_EQ(code_of([&] { (void)ready_topic(options); }, &what), Errc::unavailable);
  EXPECT_NE(what.find("127.0.0.1:1"), std::string::npos) << what;
  EXPECT_NE(what.find("KAFKA_BROKERS"), std::string::npos) << what;
  EXPECT_NE(what.find("300 ms"), std::string::npos) << what;
}

TEST(ReadyTopic, WaitsForABrokerThatComesLater) {
  MockKafka mock;
  const KafkaOptions options = mock.topic("orders");
  mock.set_down();
  std::jthread later{[&] {
    KafkaOptions in_vain = options;
    in_vain.start_timeout = milliseconds{200};
    EXPECT_EQ(code_of([&] { (void)ready_topic(in_vain); }), Errc::unavailable);
    mock.set_up();
  }};
  EXPECT_EQ(ready_topic(options), 3);
}

TEST(ReadyTopic, WithoutTheRightSaysSo) {
  MockKafka mock;
  const KafkaOptions options = mock.topic("orders");
  mock.set_topic_error("orders", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  std::string what;
  EXPECT_EQ(code_of([&] { (void)ready_topic(options); }, &what), Errc::permission_denied);
  EXPECT_NE(what.find("orders"), std::string::npos) << what;
  EXPECT_NE(what.find("TOPIC_AUTHORIZATION_FAILED"), std::string::npos) << what;
}

TEST(ReadyTopic, ThatMustExistIsNotFound) {
  MockKafka mock;
  KafkaOptions options = mock.topic("missing", 0);
  mock.set_topic_error("missing", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  options.create = KafkaOptions::Topic::must_exist;
  std::string what;
  EXPECT_EQ(code_of([&] { (void)ready_topic(options); }, &what), Errc::not_found);
  EXPECT_NE(what.find("KAFKA_AUTO_CREATE_TOPICS"), std::string::npos) << what;
}

TEST(ReadyTopic, ThatCannotBeCreatedGivesUpToo) {
  MockKafka mock;  // knows no CreateTopics
  KafkaOptions options = mock.topic("missing", 0);
  mock.set_topic_error("missing", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  options.start_timeout = milliseconds{1'500};
  std::string what;
  EXPECT_EQ(code_of([&] { (void)ready_topic(options); }, &what), Errc::unavailable);
  EXPECT_NE(what.find("created"), std::string::npos) << what;
}

}  // namespace
}  // namespace leftfold::kafka
