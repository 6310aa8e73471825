// SPDX-License-Identifier: Apache-2.0
// What the client does about batches that the service processes in part.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <leftfold/error.h>

#include "dynamodb/client.h"
#include "dynamodb/cursors.h"
#include "support/code_of.h"
#include "support/passing_clock.h"
#include "unit/dynamodb/fake_transport.h"

namespace leftfold::dynamodb {
namespace {

using test_dynamodb::FakeTransport;
using test_support::code_of;
using test_support::PassingClock;

class BatchesTest : public ::testing::Test {
 protected:
  ClientOptions options() {
    ClientOptions all;
    all.clock = &clock;
    all.observer = [this](const DynamoDbCall& call) {
      throttled += call.throttled;
      consumed += call.consumed;
    };
    return all;
  }
  static std::vector<Item> keys(std::initializer_list<const char*> names) {
    std::vector<Item> all;
    for (const char* name : names) all.push_back({{"k", name}});
    return all;
  }

  PassingClock clock;
  FakeTransport server;
  int throttled = 0;
  CapacityUnits consumed;
  std::string text;
  Client client{server, options()};
};

TEST_F(BatchesTest, ItemsAreAskedForTogether) {
  server.answers(200, R"({"Responses":{"t":[{"k":{"S":"b"}},{"k":{"S":"a"}}]},"UnprocessedKeys":{},)"
                      R"("ConsumedCapacity":[{"TableName":"t","CapacityUnits":2.0}]})");
  EXPECT_EQ(client.get_all("t", keys({"a", "b", "c"})), keys({"b", "a"}));
  EXPECT_EQ(server.sent.at(0).operation, "BatchGetItem");
  EXPECT_EQ(server.sent[0].body,
            R"({"RequestItems":{"t":{"Keys":[{"k":{"S":"a"}},{"k":{"S":"b"}},{"k":{"S":"c"}}],"ConsistentRead":true}},)"
            R"("ReturnConsumedCapacity":"TOTAL"})");
  EXPECT_EQ(consumed, (CapacityUnits{2, 0}));
  EXPECT_EQ(throttled, 0);
}

TEST_F(BatchesTest, KeysThatWereLeftOutAreAskedForAgain) {
  const std::string left = R"({"t":{"Keys":[{"k":{"S":"c"}}],"ConsistentRead":true}})";
  server.answers(200, R"({"Responses":{"t":[{"k":{"S":"a"}}]},"UnprocessedKeys":)" + left + "}")
      .answers(200, R"({"Responses":{},"UnprocessedKeys":)" + left + "}")
      .answers(200, R"({"Responses":{"t":[{"k":{"S":"c"}}]}})");
  EXPECT_EQ(client.get_all("t", keys({"a", "c"})), keys({"a", "c"}));
  ASSERT_EQ(server.sent.size(), 3U);
  EXPECT_EQ(server.sent[2].body, R"({"RequestItems":)" + left + R"(,"ReturnConsumedCapacity":"TOTAL"})");
  EXPECT_EQ(clock.waits(), 2);
  EXPECT_EQ(throttled, 2);
}

TEST_F(BatchesTest, ItemsThatWereLeftOutArePutAgain) {
  const std::string left = R"({"t":[{"PutRequest":{"Item":{"k":{"S":"b"}}}}]})";
  server.answers(200, R"({"UnprocessedItems":)" + left + "}").answers(200, R"({"UnprocessedItems":{ }})");
  client.put_all("t", keys({"a", "b"}));
  ASSERT_EQ(server.sent.size(), 2U);
  EXPECT_EQ(server.sent[0].operation, "BatchWriteItem");
  EXPECT_EQ(server.sent[0].body, R"({"RequestItems":{"t":[{"PutRequest":{"Item":{"k":{"S":"a"}}}},)"
                                 R"({"PutRequest":{"Item":{"k":{"S":"b"}}}}]},"ReturnConsumedCapacity":"TOTAL"})");
  EXPECT_EQ(server.sent[1].body, R"({"RequestItems":)" + left + R"(,"ReturnConsumedCapacity":"TOTAL"})");
  EXPECT_EQ(clock.waits(), 1);
}

TEST_F(BatchesTest, WhatIsLeftOutAgainAndAgainIsThrottled) {
  const std::string get = R"({"UnprocessedKeys":{"t":{"Keys":[{"k":{"S":"a"}}]}}})";
  const std::string put = R"({"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"k":{"S":"a"}}}}]}})";
  for (int i = 0; i < 4; ++i) server.answers(200, get);
  EXPECT_EQ(code_of([&] { (void)client.get_all("t", keys({"a"})); }, &text), Errc::throttled);
  EXPECT_NE(text.find("BatchGetItem on table t"), std::string::npos) << text;
  for (int i = 0; i < 4; ++i) server.answers(200, put);
  EXPECT_EQ(code_of([&] { client.put_all("t", keys({"a"})); }, &text), Errc::throttled);
  EXPECT_TRUE(server.used_up());
}

// A table that is a little too small for days leaves something out of each answer, and the next round brings it.
TEST_F(BatchesTest, WhatIsBroughtByTheNextRoundDoesNotUseUpTheBudgetOfRetries) {
  for (int i = 0; i < 1000; ++i) {
    server.answers(200, R"({"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"k":{"S":"a"}}}}]}})").answers(200, "{}");
    ASSERT_NO_THROW(client.put_all("t", keys({"a"}))) << i;
  }
}

TEST_F(BatchesTest, FaultsAreMetAsInEveryCall) {
  server.refuses(400, "ProvisionedThroughputExceededException").answers(500, "").answers(200, "{}");
  client.put_all("t", keys({"a"}));
  server.fails(Errc::in_doubt).fails(Errc::in_doubt).fails(Errc::unavailable).fails(Errc::unavailable);
  EXPECT_EQ(code_of([&] { client.put_all("t", keys({"a"})); }), Errc::in_doubt);
  server.answers(200, R"({"Responses":7})");
  EXPECT_EQ(code_of([&] { (void)client.get_all("t", keys({"a"})); }), Errc::invalid_data);
  server.answers(200, R"({"UnprocessedItems":{"t":)");
  EXPECT_EQ(code_of([&] { client.put_all("t", keys({"a"})); }), Errc::in_doubt);
}

TEST_F(BatchesTest, CursorsAreAskedForByTheHundredAndStoredByTwentyFive) {
  Cursors cursors{client, "t", "publisher"};
  std::vector<std::string> ids;
  std::vector<PublishCursor> all;
  for (int i = 0; i < 201; ++i) {
    ids.push_back("cart-" + std::to_string(i));
    all.push_back({ids.back(), Version{i}});
  }
  const std::vector<std::string_view> asked{ids.begin(), ids.end()};
  server.answers(200, R"({"Responses":{}})")
      .answers(200,
               R"({"Responses":{"t":[{"k":{"S":"cursor#cart-150"},"s":{"S":"publisher"},"published":{"N":"9"}}]}})")
      .answers(200, R"({"Responses":{}})");
  const std::vector<Version> loaded = cursors.load(asked);
  ASSERT_EQ(loaded.size(), 201U);
  EXPECT_EQ(loaded[150], Version{9});
  EXPECT_EQ(loaded[0], Version::none());
  EXPECT_TRUE(server.used_up());
  for (int i = 0; i < 9; ++i) server.answers(200, "{}");
  cursors.advance(all);
  EXPECT_TRUE(server.used_up());
  EXPECT_EQ(server.sent.back().body.find("cart-199"), std::string::npos);
  EXPECT_NE(server.sent.back().body.find("cart-200"), std::string::npos);
}

TEST_F(BatchesTest, ARemovalWhoseAnswerWasLostCounts) {
  Cursors cursors{client, "t", "publisher"};
  server.fails(Errc::in_doubt).refuses(400, "ConditionalCheckFailedException");
  EXPECT_TRUE(cursors.remove("cart-1"));
  server.refuses(400, "ConditionalCheckFailedException");
  EXPECT_FALSE(cursors.remove("cart-1"));
}

}  // namespace
}  // namespace leftfold::dynamodb
