// The function as a process, between a runtime API and a Kafka that this process plays.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <leftfold/types.h>

#include "lambda/child_process.h"
#include "lambda/function_api.h"
#include "lambda/publisher_function.h"
#include "support/kafka_mock.h"
#include "support/kafka_records.h"
#include "support/stream_records.h"
#include "support/temporary_folder.h"

namespace leftfold::test_lambda {
namespace {

using test_support::batch_of;
using test_support::inserted;
using test_support::StreamRecord;

constexpr const char* kAllDone = R"({"batchItemFailures":[]})";

class LambdaFunction : public ::testing::Test {
 protected:
  ChildProcess start(std::map<std::string, std::string> more = {}) {
    std::map<std::string, std::string> environment = publishing_to(topic_);
    environment["AWS_LAMBDA_RUNTIME_API"] = api_.address();
    for (auto& [name, value] : more) environment[name] = value;
    return ChildProcess{{bootstrap()}, environment, log()};
  }
  [[nodiscard]] std::string log() const { return (folder_.path() / "log").string(); }
  [[nodiscard]] std::string logged() const {
    std::ostringstream text;
    text << std::ifstream{log()}.rdbuf();
    return text.str();
  }
  [[nodiscard]] std::vector<std::string> published() const {
    std::vector<std::string> events;
    for (const auto& copy : test_support::events_in(topic_)) {
      events.push_back(copy.aggregate_id + "/" + std::to_string(copy.version.value()));
    }
    return events;
  }

  test_support::TemporaryFolder folder_;
  test_support::MockKafka kafka_;
  KafkaOptions topic_ = kafka_.topic("events", 1);
  FunctionApi api_;
};

TEST_F(LambdaFunction, PublishesABatchAndSaysThatAllIsDone) {
  const ChildProcess function = start();
  const HttpReceived post =
      api_.invoke("r1", batch_of({inserted("cart-1", Version{0}, "1"), StreamRecord{"REMOVE", "2"},
                                  inserted("cart-1", Version{1}, "3")}));
  EXPECT_EQ(post.target, "invocation/r1/response");
  EXPECT_EQ(post.body, kAllDone) << logged();
  EXPECT_EQ(published(), (std::vector<std::string>{"cart-1/0", "cart-1/1"}));
}

TEST_F(LambdaFunction, ARecordThatCannotBeReadAndAllAfterItComeAgain) {
  const ChildProcess function = start();
  StreamRecord bad = inserted("cart-1", Version{1}, "2");
  bad.image = "{}";
  const HttpReceived post =
      api_.invoke("r1", batch_of({inserted("cart-1", Version{0}, "1"), bad, inserted("cart-1", Version{2}, "3")}));
  EXPECT_EQ(post.body, R"({"batchItemFailures":[{"itemIdentifier":"2"}]})") << logged();
  EXPECT_EQ(published(), (std::vector<std::string>{"cart-1/0"}));
  EXPECT_NE(logged().find("cannot be read"), std::string::npos);
}

TEST_F(LambdaFunction, APayloadThatIsNoBatchIsAnErrorAndTheNextOneIsPublished) {
  const ChildProcess function = start();
  const HttpReceived post = api_.invoke("r1", R"({"detail":"secret"})");
  EXPECT_EQ(post.target, "invocation/r1/error");
  EXPECT_EQ(post.header("lambda-runtime-function-error-type"), "leftfold.invalid_data");
  EXPECT_NE(post.body.find("no array Records"), std::string::npos) << post.body;
  EXPECT_EQ(api_.invoke("r2", batch_of({inserted("cart-1", Version{0}, "1")})).body, kAllDone);
  EXPECT_EQ(logged().find("secret"), std::string::npos);
}

TEST_F(LambdaFunction, KafkaDownIsAnErrorAndUpAgainItGoesOn) {
  kafka_.set_down();
  const ChildProcess function = start();
  api_.wait_until_asked();  // it starts without Kafka
  EXPECT_EQ(api_.invoke("r1", batch_of({inserted("cart-1", Version{0}, "1")}), std::chrono::seconds{3}).target,
            "invocation/r1/error");
  kafka_.set_up();
  EXPECT_EQ(api_.invoke("r2", batch_of({inserted("cart-1", Version{0}, "1")})).body, kAllDone) << logged();
  EXPECT_EQ(published(), (std::vector<std::string>{"cart-1/0"}));
}

TEST_F(LambdaFunction, KafkaDownInMidLifeIsSaidBeforeTheDeadline) {
  const ChildProcess function = start();
  EXPECT_EQ(api_.invoke("r1", batch_of({inserted("cart-1", Version{0}, "1")})).body, kAllDone);
  kafka_.set_down();
  const HttpReceived post =
      api_.invoke("r2", batch_of({inserted("cart-1", Version{1}, "2"), inserted("cart-1", Version{2}, "3")}),
                  std::chrono::seconds{4});
  EXPECT_EQ(post.body, R"({"batchItemFailures":[{"itemIdentifier":"2"}]})") << logged();
  kafka_.set_up();
  EXPECT_EQ(
      api_.invoke("r3", batch_of({inserted("cart-1", Version{1}, "2"), inserted("cart-1", Version{2}, "3")})).body,
      kAllDone)
      << logged();
  EXPECT_EQ(published(), (std::vector<std::string>{"cart-1/0", "cart-1/1", "cart-1/2"}));
}

// Lambda freezes a process that waits for its next invocation; what it was connected to does not wait for it.
TEST_F(LambdaFunction, AfterAThawADeadConnectionToKafkaIsMadeAgain) {
  const ChildProcess function = start();
  EXPECT_EQ(api_.invoke("r1", batch_of({inserted("cart-1", Version{0}, "1")})).body, kAllDone);
  api_.wait_until_asked();
  function.freeze();
  kafka_.set_down();
  kafka_.set_up();
  api_.hand_out("r2", batch_of({inserted("cart-1", Version{1}, "2")}));
  function.thaw();
  EXPECT_EQ(api_.next_post().body, kAllDone) << logged();
  EXPECT_EQ(published(), (std::vector<std::string>{"cart-1/0", "cart-1/1"}));
}

TEST_F(LambdaFunction, ABadSettingIsAnErrorOfInitAndTheProcessEnds) {
  ChildProcess function = start({{"LEFTFOLD_KAFKA_PARTITIONS", "many"}});
  const HttpReceived post = api_.next_post();
  EXPECT_EQ(post.target, "init/error");
  EXPECT_EQ(post.header("lambda-runtime-function-error-type"), "leftfold.invalid_config");
  EXPECT_NE(post.body.find("LEFTFOLD_KAFKA_PARTITIONS"), std::string::npos) << post.body;
  EXPECT_EQ(function.wait(), 1);
  EXPECT_NE(logged().find("LEFTFOLD_KAFKA_PARTITIONS"), std::string::npos) << logged();
}

TEST_F(LambdaFunction, OutsideOfLambdaItSaysSo) {
  ChildProcess function = start({{"AWS_LAMBDA_RUNTIME_API", ""}});
  EXPECT_EQ(function.wait(), 1);
  EXPECT_NE(logged().find("AWS_LAMBDA_RUNTIME_API"), std::string::npos) << logged();
}

}  // namespace
}  // namespace leftfold::test_lambda
