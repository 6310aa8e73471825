// SPDX-License-Identifier: Apache-2.0
// What the client does about faults and refusals.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/metrics.h>

#include "base/sleep.h"
#include "dynamodb/client.h"
#include "support/code_of.h"
#include "support/passing_clock.h"
#include "unit/dynamodb/fake_transport.h"

namespace leftfold::dynamodb {
namespace {

using std::chrono::milliseconds;
using test_dynamodb::FakeTransport;
using test_support::PassingClock;

class ClientTest : public ::testing::Test {
 protected:
  ClientOptions options() {
    ClientOptions all;
    all.clock = &clock;
    all.observer = [this](const DynamoDbCall& call) { calls.push_back(call); };
    return all;
  }
  static ItemWrite put() { return {ItemWrite::Kind::put, "t", {{"k", "a"}}, {"attribute_not_exists(k)", {}, {}}, {}}; }
  Errc code_of_put() {
    return test_support::code_of([&] { (void)client.write(put()); }, &text);
  }

  PassingClock clock;
  FakeTransport server;
  std::vector<DynamoDbCall> calls;
  std::string text;
  Client client{server, options()};
};

TEST_F(ClientTest, SendsWhatItIsAskedTo) {
  server.answers(200, R"({"ConsumedCapacity":{"TableName":"t","CapacityUnits":1.0}})");
  const WriteResult result = client.write(put());
  EXPECT_TRUE(result.applied);
  EXPECT_EQ(result.consumed, (CapacityUnits{0, 1}));
  ASSERT_EQ(server.sent.size(), 1U);
  EXPECT_EQ(server.sent[0].operation, "PutItem");
  EXPECT_EQ(server.sent[0].body,
            R"x({"TableName":"t","Item":{"k":{"S":"a"}},"ConditionExpression":"attribute_not_exists(k)",)x"
            R"("ReturnValuesOnConditionCheckFailure":"ALL_OLD","ReturnConsumedCapacity":"TOTAL"})");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].attempts, 1);
  EXPECT_FALSE(calls[0].failed);
}

TEST_F(ClientTest, AConditionThatDoesNotHoldIsAResult) {
  server.refuses(400, "ConditionalCheckFailedException", R"(,"message":"no","Item":{"k":{"S":"b"}})");
  const WriteResult result = client.write(put());
  EXPECT_FALSE(result.applied);
  EXPECT_EQ(result.old.value(), (Item{{"k", "b"}}));
  EXPECT_FALSE(calls.at(0).failed);
}

TEST_F(ClientTest, ReasonsOfACancelledTransactionComeInOrder) {
  server.refuses(400, "TransactionCanceledException",
                 R"(,"Message":"m","CancellationReasons":[{"Code":"None","Message":null},)"
                 R"({"Code":"ConditionalCheckFailed","Message":"no","Item":{"k":{"S":"b"}}}])");
  const ItemWrite both[] = {put(), put()};
  const TransactResult result = client.transact(both, "token");
  EXPECT_FALSE(result.applied);
  ASSERT_EQ(result.reasons.size(), 2U);
  EXPECT_EQ(result.reasons[0].code, "None");
  EXPECT_EQ(result.reasons[1].item.value(), (Item{{"k", "b"}}));
  EXPECT_NE(server.sent[0].body.find(R"("ClientRequestToken":"token")"), std::string::npos);
}

TEST_F(ClientTest, ThrottlingIsWaitedForAndCounted) {
  server.refuses(400, "ProvisionedThroughputExceededException").refuses(400, "ThrottlingException").answers(200, "{}");
  EXPECT_TRUE(client.write(put()).applied);
  EXPECT_EQ(clock.waits(), 2);
  EXPECT_LE(clock.passed(), milliseconds{1000 + 2000});
  EXPECT_EQ(calls.at(0).throttled, 2);
  EXPECT_EQ(calls.at(0).attempts, 3);
}

TEST_F(ClientTest, ThrottlingToTheEndIsThrottled) {
  for (int i = 0; i < 4; ++i) server.refuses(400, "ThrottlingException", R"(,"message":"slow down")");
  EXPECT_EQ(code_of_put(), Errc::throttled);
  EXPECT_NE(text.find("slow down"), std::string::npos);
  EXPECT_TRUE(server.used_up());
  EXPECT_TRUE(calls.at(0).failed);
}

TEST_F(ClientTest, ThrottlingInAReasonIsTriedAgain) {
  server
      .refuses(400, "TransactionCanceledException",
               R"(,"CancellationReasons":[{"Code":"ThrottlingError"},{"Code":"TransactionConflict"}])")
      .answers(200, "{}");
  const ItemWrite both[] = {put(), put()};
  EXPECT_TRUE(client.transact(both, "token").applied);
  EXPECT_EQ(server.sent[0].body, server.sent[1].body);
}

TEST_F(ClientTest, ConflictsOfTransactionsDoNotUseUpTheAttempts) {
  for (int i = 0; i < 10; ++i) server.refuses(400, "TransactionConflictException");
  server.answers(200, "{}");
  EXPECT_TRUE(client.write(put()).applied);
}

// Nobody can end these waits.
TEST_F(ClientTest, ConflictsOfTransactionsAreWaitedForSomeSecondsAtMost) {
  for (int i = 0; i < 13; ++i) server.refuses(400, "TransactionConflictException");
  EXPECT_EQ(code_of_put(), Errc::throttled);
  EXPECT_TRUE(server.used_up());
  EXPECT_LE(clock.passed(), std::chrono::seconds{8});
}

TEST_F(ClientTest, AnAnswerThatNeverCameLeavesAWriteInDoubt) {
  for (int i = 0; i < 4; ++i) server.fails(Errc::in_doubt);
  EXPECT_EQ(code_of_put(), Errc::in_doubt);
}

TEST_F(ClientTest, OneUnknownAttemptIsEnoughForDoubt) {
  server.refuses(500, "InternalServerError").fails(Errc::unavailable).fails(Errc::unavailable).fails(Errc::unavailable);
  EXPECT_EQ(code_of_put(), Errc::in_doubt);
}

TEST_F(ClientTest, NoConnectionAtAllIsNoDoubt) {
  for (int i = 0; i < 4; ++i) server.fails(Errc::unavailable);
  EXPECT_EQ(code_of_put(), Errc::unavailable);
}

TEST_F(ClientTest, ReadsAreNeverInDoubt) {
  for (int i = 0; i < 4; ++i) server.fails(Errc::in_doubt);
  try {
    (void)client.get("t", {{"k", "a"}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::unavailable);
  }
}

TEST_F(ClientTest, ABadChecksumIsTriedAgain) {
  const std::string body = R"({"Item":{"k":{"S":"a"}}})";
  const auto crc = ::crc32_z(0, reinterpret_cast<const unsigned char*>(body.data()), body.size());
  server.answers(200, body, {{"x-amz-crc32", std::to_string(crc + 1)}})
      .answers(200, body, {{"x-amz-crc32", std::to_string(crc)}});
  EXPECT_EQ(client.get("t", {{"k", "a"}}).item.value(), (Item{{"k", "a"}}));
  EXPECT_TRUE(server.used_up());
}

TEST_F(ClientTest, AnAnswerThatIsNoJsonIsTriedAgain) {
  for (const char* body : {"", "<html>a proxy's page</html>", "\n[]"}) {
    server.answers(200, body).answers(200, R"( {"Item":{"k":{"S":"a"}}})");
    EXPECT_EQ(client.get("t", {{"k", "a"}}).item.value(), (Item{{"k", "a"}}));
    server.answers(200, body).answers(200, "{}");
    EXPECT_TRUE(client.write(put()).applied);
  }
  for (int i = 0; i < 4; ++i) server.answers(200, "<html>");
  EXPECT_EQ(code_of_put(), Errc::in_doubt);
  EXPECT_NE(text.find("no JSON"), std::string::npos) << text;
  EXPECT_TRUE(server.used_up());
}

// It would end a scan, and hide what an aggregate has.
TEST_F(ClientTest, APageWithoutItemsThatIsNotEvenEmptyIsNotBelieved) {
  server.answers(200, "{}").answers(200, "{}").answers(200, "{}");
  ScanRequest scan;
  scan.table = "t";
  EXPECT_EQ(test_support::code_of([&] { (void)client.scan(scan); }, &text), Errc::invalid_data);
  EXPECT_NE(text.find("Scan on table t: the answer has no Items"), std::string::npos) << text;
  QueryRequest query;
  query.table = "t";
  EXPECT_EQ(test_support::code_of([&] { (void)client.query(query); }), Errc::invalid_data);
  const Item key{{"k", "a"}};
  EXPECT_EQ(test_support::code_of([&] { (void)client.get_all("t", {&key, 1}); }), Errc::invalid_data);
}

TEST_F(ClientTest, ExpiredCredentialsAreRenewedOnce) {
  server.refuses(400, "ExpiredTokenException").answers(200, "{}");
  EXPECT_TRUE(client.write(put()).applied);
  EXPECT_EQ(server.refused_credentials, 1);
  server.refuses(400, "ExpiredTokenException").refuses(400, "UnrecognizedClientException");
  EXPECT_EQ(code_of_put(), Errc::permission_denied);
}

TEST_F(ClientTest, AWrongClockIsCorrectedByTheServiceS) {
  const std::vector<http::Header> date = {{"Date", "Tue, 14 Nov 2023 23:13:20 GMT"}};  // an hour ahead
  server.refuses(400, "InvalidSignatureException", R"(,"message":"Signature expired")", date).answers(200, "{}");
  EXPECT_TRUE(client.write(put()).applied);
  EXPECT_EQ(server.sent[0].now, clock.now());
  EXPECT_EQ(server.sent[1].now, clock.now() + std::chrono::hours{1});
  server.answers(200, "{}");
  (void)client.write(put());
  EXPECT_EQ(server.sent[2].now, clock.now() + std::chrono::hours{1});
}

TEST_F(ClientTest, AWrongClockThatAnotherCallCorrectedMeanwhileIsNoDenial) {
  const std::vector<http::Header> date = {{"Date", "Tue, 14 Nov 2023 23:13:20 GMT"}};
  server.does([&] {
    EXPECT_TRUE(client.write(put()).applied);  // the other call, while this one's answer is on its way
    http::Response late;
    late.status = 400;
    late.body = R"({"__type":"RequestTimeTooSkewed"})";
    late.headers = date;
    return late;
  });
  server.refuses(400, "RequestTimeTooSkewed", "", date).answers(200, "{}").answers(200, "{}");
  EXPECT_TRUE(client.write(put()).applied);
  EXPECT_EQ(server.sent.back().now, clock.now() + std::chrono::hours{1});
}

TEST_F(ClientTest, AWrongSignatureAtTheRightTimeIsDenied) {
  server.refuses(400, "InvalidSignatureException", "", {{"Date", "Tue, 14 Nov 2023 22:13:25 GMT"}});
  EXPECT_EQ(code_of_put(), Errc::permission_denied);
}

TEST_F(ClientTest, OtherRefusalsAreFinal) {
  server.refuses(400, "ResourceNotFoundException");
  EXPECT_EQ(code_of_put(), Errc::not_found);
  server.refuses(400, "AccessDeniedException");
  EXPECT_EQ(code_of_put(), Errc::permission_denied);
  server.refuses(400, "ValidationException", R"(,"message":"too large")");
  EXPECT_EQ(code_of_put(), Errc::invalid_argument);
  EXPECT_NE(text.find("PutItem on table t: ValidationException: too large"), std::string::npos) << text;
  server.answers(403, "<html>a proxy's page</html>");
  EXPECT_EQ(code_of_put(), Errc::permission_denied);
}

TEST_F(ClientTest, MetricsCountCallsRetriesThrottlingAndUnits) {
  Metrics metrics;
  ClientOptions counted = options();
  counted.metrics = &metrics;
  Client counting{server, counted};
  server.refuses(400, "ThrottlingException").fails(Errc::in_doubt);
  server.answers(200, R"({"ConsumedCapacity":{"CapacityUnits":2.0}})");
  EXPECT_TRUE(counting.write(put()).applied);
  server.answers(200, R"({"ConsumedCapacity":{"CapacityUnits":0.5}})");
  (void)counting.get("t", {{"k", "a"}});
  server.refuses(400, "AccessDeniedException");
  EXPECT_THROW(counting.enable_point_in_time_recovery("t"), Error);
  const std::string shown = metrics.prometheus();
  for (const char* line : {
           R"(leftfold_dynamodb_calls_total{operation="PutItem",result="ok"} 1)",
           R"(leftfold_dynamodb_calls_total{operation="other",result="failed"} 1)",
           R"(leftfold_dynamodb_retries_total{operation="PutItem"} 2)",
           R"(leftfold_dynamodb_retries_total{operation="GetItem"} 0)",
           R"(leftfold_dynamodb_throttled_total{operation="PutItem"} 1)",
           R"(leftfold_dynamodb_throttled_total{operation="TransactWriteItems"} 0)",
           R"(leftfold_dynamodb_consumed_units_total{kind="write",operation="PutItem"} 2)",
           R"(leftfold_dynamodb_consumed_units_total{kind="read",operation="GetItem"} 0.5)",
           R"(leftfold_dynamodb_call_duration_seconds_count{operation="PutItem"} 1)",
       }) {
    EXPECT_NE(shown.find(std::string{line} + "\n"), std::string::npos) << line << "\n" << shown;
  }
}

TEST_F(ClientTest, UnitsAreSummed) {
  server.answers(200, R"({"ConsumedCapacity":{"CapacityUnits":1.5}})")
      .answers(200, R"({"ConsumedCapacity":[{"TableName":"a","CapacityUnits":4,"WriteCapacityUnits":4},)"
                    R"({"TableName":"b","CapacityUnits":2,"WriteCapacityUnits":2}]})");
  (void)client.get("t", {{"k", "a"}});
  const ItemWrite both[] = {put(), put()};
  EXPECT_EQ(client.transact(both, "token").consumed, (CapacityUnits{0, 6}));
  EXPECT_EQ(client.consumed(), (CapacityUnits{1.5, 6}));
}

TEST(RetryQuota, RunsOutAndFillsUpAgain) {
  RetryQuota quota;
  int retries = 0;
  while (quota.take(RetryQuota::kRetryCost)) ++retries;
  EXPECT_EQ(retries, 100);
  quota.give_back(0);
  EXPECT_EQ(quota.left(), 1);
  quota.give_back(RetryQuota::kTimeoutCost);
  EXPECT_TRUE(quota.take(RetryQuota::kTimeoutCost));
  for (int i = 0; i < 600; ++i) quota.give_back(0);
  EXPECT_EQ(quota.left(), RetryQuota::kCapacity);
}

TEST(Waits, DoubleUpTo20Seconds) {
  EXPECT_EQ(longest_wait(milliseconds{25}, 1), milliseconds{25});
  EXPECT_EQ(longest_wait(milliseconds{25}, 3), milliseconds{100});
  EXPECT_EQ(longest_wait(milliseconds{1000}, 60), milliseconds{20'000});
  for (int i = 0; i < 100; ++i) EXPECT_LE(jittered(milliseconds{5}), milliseconds{5});
}

TEST(HttpDates, AreReadOrNot) {
  EXPECT_EQ(parse_http_date("Tue, 14 Nov 2023 22:13:20 GMT"), Timestamp{milliseconds{1'700'000'000'000}});
  for (const char* bad : {"", "now", "Tue, 14 Nov 2023 22:13:20 CET", "Tue, 99 Nov 2023 22:13:20 GMT",
                          "Tue, 14 Xyz 2023 22:13:20 GMT", "Tue, 14 Nov 2023 2x:13:20 GMT"}) {
    EXPECT_FALSE(parse_http_date(bad)) << bad;
  }
}

TEST_F(ClientTest, NoRetryBeginsTooLate) {
  ClientOptions hurried = options();
  hurried.retry_within = milliseconds{150};
  Client soon{server, hurried};
  const auto takes = [this](milliseconds time) {
    return [this, time]() -> http::Response {
      base::sleep_for(clock, time);
      throw Error{Errc::unavailable, "no connection"};
    };
  };
  server.does(takes(milliseconds{100})).answers(200, "{}");
  EXPECT_TRUE(soon.write(put()).applied);
  server.does(takes(milliseconds{150}));
  EXPECT_EQ(test_support::code_of([&] { (void)soon.write(put()); }), Errc::unavailable);
  EXPECT_EQ(server.sent.size(), 3U);
}

}  // namespace
}  // namespace leftfold::dynamodb
