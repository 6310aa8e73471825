// SPDX-License-Identifier: Apache-2.0
// What the function does when it begins and ends, and when what it needs is away.
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "lambda/function_fixture.h"

namespace leftfold::test_lambda {
namespace {

using namespace std::chrono_literals;
using test_support::HttpReceived;
using test_support::HttpReply;
using Names = std::vector<std::string>;

class LambdaLifetime : public LambdaFunction {};

// Lambda bills and limits the initialisation, and what is connected then may be dead when the first batch comes.
TEST_F(LambdaLifetime, NeitherTableNorKafkaIsAskedBeforeTheFirstBatch) {
  const test_support::HttpServer both{[](const HttpReceived&) { return HttpReply{.status = 503}; }};
  const auto function = start({{"AWS_ENDPOINT_URL_DYNAMODB", both.url()},
                               {"AWS_ENDPOINT_URL_DYNAMODB_STREAMS", both.url()},
                               {"AWS_MAX_ATTEMPTS", "1"},
                               {"KAFKA_BROKERS", "127.0.0.1:" + std::to_string(both.port())}});
  api_.wait_until_asked();
  EXPECT_EQ(both.connections(), 0);
  EXPECT_EQ(api_.invoke("r1", batch_of(stored_.append("cart-1", 1)), 4s).target, "invocation/r1/error");
  EXPECT_GT(both.connections(), 0);
}

TEST_F(LambdaLifetime, KafkaDownAtTheStartIsAnErrorAndUpAgainItGoesOn) {
  kafka_.set_down();
  const auto function = start();
  const std::string batch = batch_of(stored_.append("cart-1", 1));
  EXPECT_EQ(api_.invoke("r1", batch, 4s).target, "invocation/r1/error");
  kafka_.set_up();
  EXPECT_EQ(api_.invoke("r2", batch).body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0"}));
}

// Kafka comes back only after the answer, so that there is one says that it was not waited for.
TEST_F(LambdaLifetime, AtItsDeadlineItAnswersAndSendsNothingAfter) {
  const auto function = start();
  EXPECT_EQ(api_.invoke("r1", batch_of(stored_.append("cart-1", 1))).body, kAllDone);
  kafka_.set_down();
  const std::vector<TableRecord> batch = stored_.append("cart-1", 2);
  EXPECT_EQ(api_.invoke("r2", batch_of(batch), 4s).body, again_from(batch[0].sequence)) << logged();
  kafka_.set_up();
  // While the process waits, nothing of that batch is on its way: what comes next is alone.
  EXPECT_EQ(api_.invoke("r3", batch_of(stored_.append("cart-2", 1))).body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-2/0"}));
  EXPECT_EQ(api_.invoke("r4", batch_of(batch)).body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-2/0", "cart-1/1", "cart-1/2"}));
}

// The batch takes 30 s, more than there is: one event after the other, each a tenth of a second on its way.
TEST_F(LambdaLifetime, KafkaDownInTheMiddleOfABatchLosesNothing) {
  const auto function = start({{"LEFTFOLD_KAFKA__BATCH_NUM_MESSAGES", "1"}, {"LEFTFOLD_KAFKA__MAX_IN_FLIGHT", "1"}});
  const std::vector<TableRecord> records = stored_.append("cart-1", 300);
  kafka_.set_round_trip(100ms);
  api_.hand_out("r1", batch_of(records), 12s);
  while (published().empty()) {
  }  // each look asks the broker; the test's time limit ends it
  kafka_.set_down();
  const std::string body = api_.next_post().body;
  EXPECT_NE(body, kAllDone);
  EXPECT_NE(body.find("itemIdentifier"), std::string::npos) << body << logged();
  kafka_.set_round_trip(0ms);
  kafka_.set_up();
  EXPECT_EQ(api_.invoke("r2", batch_of(records)).body, kAllDone) << body << logged();
  EXPECT_EQ(first_occurrences(topic_, "cart-1"), "0 to 299") << logged();
}

// Lambda freezes a process that waits for its next invocation; what it was connected to does not wait for it.
TEST_F(LambdaLifetime, AfterAThawADeadConnectionToKafkaIsMadeAgain) {
  const auto function = start();
  EXPECT_EQ(api_.invoke("r1", batch_of(stored_.append("cart-1", 1))).body, kAllDone);
  api_.wait_until_asked();
  function.freeze();
  kafka_.set_down();
  kafka_.set_up();
  api_.hand_out("r2", batch_of(stored_.append("cart-1", 1)));
  function.thaw();
  EXPECT_EQ(api_.next_post().body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-1/1"}));
}

TEST_F(LambdaLifetime, AnotherProcessSendsNothingThatOneBeforeItHasSent) {
  std::vector<TableRecord> records = stored_.append("cart-1", 3);
  {
    auto function = start();
    EXPECT_EQ(api_.invoke("r1", batch_of(records)).body, kAllDone);
    function.kill();
  }
  FunctionApi api;  // the connection on which the first one waited could take what is for the second
  const auto function = start({{"AWS_LAMBDA_RUNTIME_API", api.address()}});
  records.push_back(stored_.append("cart-1", 1).front());
  EXPECT_EQ(api.invoke("r2", batch_of(records)).body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-1/1", "cart-1/2", "cart-1/3"}));
}

TEST_F(LambdaLifetime, UnderAnotherNameItPublishesAllAnew) {
  const std::string batch = batch_of(stored_.append("cart-1", 1));
  {
    const auto function = start();
    EXPECT_EQ(api_.invoke("r1", batch).body, kAllDone);
  }
  FunctionApi api;
  const auto function = start({{"LEFTFOLD_PUBLISHER_NAME", "another"}, {"AWS_LAMBDA_RUNTIME_API", api.address()}});
  EXPECT_EQ(api.invoke("r2", batch).body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-1/0"}));
}

TEST_F(LambdaLifetime, NoTableIsAnErrorOfTheBatchThatNamesIt) {
  const auto function = start({{"EVENTSTORE_TABLE_NAME", "-that-is-not-there"}});
  const HttpReceived post = api_.invoke("r1", batch_of(stored_.append("cart-1", 1)));
  EXPECT_EQ(post.target, "invocation/r1/error");
  EXPECT_EQ(post.header("lambda-runtime-function-error-type"), "leftfold.not_found");
  EXPECT_NE(post.body.find("-that-is-not-there"), std::string::npos) << post.body;
}

struct BadSetting {
  const char* name;
  const char* value;
  friend std::ostream& operator<<(std::ostream& out, const BadSetting& setting) {
    return out << setting.name << '=' << setting.value;
  }
};

class LambdaBadSettings : public LambdaFunction, public ::testing::WithParamInterface<BadSetting> {};

TEST_P(LambdaBadSettings, AreAnErrorOfInitAndTheProcessEnds) {
  auto function = start({{GetParam().name, GetParam().value}});
  const HttpReceived post = api_.next_post();
  EXPECT_EQ(post.target, "init/error");
  EXPECT_EQ(post.header("lambda-runtime-function-error-type"), "leftfold.invalid_config");
  EXPECT_NE(post.body.find(GetParam().name), std::string::npos) << post.body;
  EXPECT_EQ(function.exit_code(), 1);
  EXPECT_NE(logged().find(GetParam().name), std::string::npos) << logged();
}

INSTANTIATE_TEST_SUITE_P(All, LambdaBadSettings,
                         ::testing::Values(BadSetting{"LEFTFOLD_KAFKA_PARTITIONS", "many"},
                                           BadSetting{"LEFTFOLD_PUBLISHER_UNPUBLISHABLE", "drop"},
                                           BadSetting{"AWS_MAX_ATTEMPTS", "none"}),
                         [](const auto& tested) { return std::string{tested.param.name}; });

TEST_F(LambdaLifetime, OutsideOfLambdaItSaysSo) {
  auto function = start({{"AWS_LAMBDA_RUNTIME_API", ""}});
  EXPECT_EQ(function.exit_code(), 1);
  EXPECT_NE(logged().find("AWS_LAMBDA_RUNTIME_API"), std::string::npos) << logged();
}

}  // namespace
}  // namespace leftfold::test_lambda
