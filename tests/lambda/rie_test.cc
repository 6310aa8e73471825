// SPDX-License-Identifier: Apache-2.0
// The function in AWS's own Runtime Interface Emulator, with a real table and the real records of its stream.
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill() is POSIX

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "kafka/service.h"
#include "lambda/emulator.h"
#include "lambda/publisher_function.h"
#include "lambda/stored_events.h"
#include "support/kafka_mock.h"
#include "support/temporary_folder.h"

namespace leftfold::test_lambda {
namespace {

using Names = std::vector<std::string>;

class LambdaEmulator : public ::testing::Test {
 protected:
  Emulator& start(const KafkaOptions& topic, std::map<std::string, std::string> more = {}) {
    std::map<std::string, std::string> variables = publishing(stored_.table(), topic);
    variables["AWS_LAMBDA_FUNCTION_TIMEOUT"] = "300";
    more.merge(variables);
    return emulator_.emplace(more, folder_.path());
  }

  StoredEvents stored_;
  test_support::TemporaryFolder folder_;
  std::optional<Emulator> emulator_;
};

/// On a real broker.
class LambdaEmulatorOnKafka : public LambdaEmulator {
 protected:
  test_kafka::TestTopic topic_;
};

/// On one that breaks when it is told to.
class LambdaEmulatorAndOutages : public LambdaEmulator {
 protected:
  test_support::MockKafka kafka_;
  KafkaOptions topic_ = kafka_.topic("events", 1);
};

TEST_F(LambdaEmulatorOnKafka, PublishesBatchesOfOneToAThousandInTheOrderOfVersions) {
  Emulator& emulator = start(topic_.options());
  std::mt19937 random{3};
  std::size_t sent = 0;
  for (const std::size_t size : {1U, 10U, 100U, 1000U}) {
    const std::string id = "cart-" + std::to_string(size);
    std::vector<TableRecord> records = stored_.append(id, size);
    std::shuffle(records.begin(), records.end(), random);
    EXPECT_EQ(emulator.invoke(batch_of(records)), kAllDone) << emulator.log();
    EXPECT_EQ(first_occurrences(topic_.options(), id), "0 to " + std::to_string(size - 1)) << emulator.log();
    EXPECT_EQ(published_in(topic_.options()).size(), sent += size);
  }
}

TEST_F(LambdaEmulatorOnKafka, ABatchInPartAndAnErrorAreWhatTheInvokerGets) {
  Emulator& emulator = start(topic_.options());
  std::vector<TableRecord> batch = stored_.append("cart-1", 1);
  batch.push_back(stored_.put_garbage("cart-1"));
  batch.push_back(stored_.append("cart-2", 1).front());
  EXPECT_EQ(emulator.invoke(batch_of(batch)), again_from(batch[1].sequence)) << emulator.log();
  const std::string error = emulator.invoke("[1]");
  EXPECT_NE(error.find(R"("errorType":"leftfold.invalid_data")"), std::string::npos) << error;
  EXPECT_NE(error.find(R"("stackTrace":[])"), std::string::npos) << error;
  (void)stored_.mend(batch[1]);
  EXPECT_EQ(emulator.invoke(batch_of({batch[1], batch[2]})), kAllDone) << emulator.log();
  EXPECT_EQ(published_in(topic_.options()).size(), 3U);
}

TEST_F(LambdaEmulatorOnKafka, AnEventThatTheTopicDoesNotTakeBlocksItsAggregateOrIsMarked) {
  test_kafka::set_topic_limit(topic_.options(), 100'000);
  std::vector<TableRecord> batch = stored_.append("big", 1);
  batch.push_back(stored_.append("big", 1, 300'000).front());
  batch.push_back(stored_.append("big", 1).front());
  batch.push_back(stored_.append("small", 1).front());
  Emulator& blocks = start(topic_.options());
  EXPECT_EQ(blocks.invoke(batch_of(batch)), again_from(batch[1].sequence)) << blocks.log();
  EXPECT_EQ(published_in(topic_.options()).size(), 2U);
  Emulator& marks = start(topic_.options(), {{"LEFTFOLD_PUBLISHER_UNPUBLISHABLE", "mark"}});
  EXPECT_EQ(marks.invoke(batch_of({batch[1], batch[2], batch[3]})), kAllDone) << marks.log();
  EXPECT_EQ(first_occurrences(topic_.options(), "big"), "0 to 2");
  EXPECT_EQ(published_in(topic_.options()).size(), 4U) << "the second process sent what the first one had sent";
}

/// The emulator gives up a function that is late, with an answer of its own and whatever the machine was busy with:
/// then the batch comes again, as from Lambda.
std::string invoke_until_in_time(Emulator& emulator, const std::string& payload) {
  for (;;) {
    std::string answer = emulator.invoke(payload);
    if (answer.find("timed out") == std::string::npos) return answer;
  }
}

TEST_F(LambdaEmulatorAndOutages, KafkaDownAtTheStartAndLaterIsAnsweredInTime) {
  kafka_.set_down();
  Emulator& emulator = start(topic_, {{"AWS_LAMBDA_FUNCTION_TIMEOUT", "15"}});
  std::vector<TableRecord> batch = stored_.append("cart-1", 2);
  const std::string error = invoke_until_in_time(emulator, batch_of(batch));
  EXPECT_NE(error.find(R"("errorType":"leftfold.unavailable")"), std::string::npos) << error << emulator.log();
  kafka_.set_up();
  EXPECT_EQ(invoke_until_in_time(emulator, batch_of({batch[0]})), kAllDone) << emulator.log();
  kafka_.set_down();
  EXPECT_EQ(invoke_until_in_time(emulator, batch_of({batch[1]})), again_from(batch[1].sequence)) << emulator.log();
  kafka_.set_up();
  EXPECT_EQ(invoke_until_in_time(emulator, batch_of({batch[1]})), kAllDone) << emulator.log();
  EXPECT_EQ(first_occurrences(topic_, "cart-1"), "0 to 1");
}

TEST_F(LambdaEmulatorAndOutages, AfterAThawADeadConnectionToKafkaIsMadeAgain) {
  Emulator& emulator = start(topic_);
  EXPECT_EQ(emulator.invoke(batch_of(stored_.append("cart-1", 1))), kAllDone) << emulator.log();
  const pid_t function = emulator.function();
  ASSERT_EQ(::kill(function, SIGSTOP), 0);
  kafka_.set_down();
  kafka_.set_up();
  ASSERT_EQ(::kill(function, SIGCONT), 0);
  EXPECT_EQ(emulator.invoke(batch_of(stored_.append("cart-1", 1))), kAllDone) << emulator.log();
  EXPECT_EQ(published_in(topic_), (Names{"cart-1/0", "cart-1/1"}));
  EXPECT_EQ(emulator.function(), function) << "it was started anew";
}

}  // namespace
}  // namespace leftfold::test_lambda
