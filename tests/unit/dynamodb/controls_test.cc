// SPDX-License-Identifier: Apache-2.0
// What a restart knows after an answer was lost, and what is read of items that others changed.
#include "dynamodb/controls.h"

#include <gtest/gtest.h>

#include <string>

#include <leftfold/error.h>

#include "dynamodb/wire.h"
#include "support/code_of.h"
#include "support/passing_clock.h"
#include "unit/dynamodb/fake_transport.h"

namespace leftfold::dynamodb {
namespace {

using test_dynamodb::FakeTransport;
using test_support::code_of;
using test_support::PassingClock;

std::string stored(std::int64_t restarts, const std::string& id) {
  return R"({"k":{"S":"control"},"s":{"S":"shop.Mail"},"restarts":{"N":")" + std::to_string(restarts) +
         R"("},"restartId":)" + id + "}";
}
const std::string kAnothers = R"({"B":"AY80BpAAcACAAAAAAAAAAQ=="})";

class ControlsTest : public ::testing::Test {
 protected:
  ClientOptions options() {
    ClientOptions all;
    all.clock = &clock;
    return all;
  }
  void finds(std::int64_t restarts) { server.answers(200, R"({"Item":)" + stored(restarts, kAnothers) + "}"); }
  void refuses_with(std::int64_t restarts) {
    server.refuses(400, "ConditionalCheckFailedException", ",\"Item\":" + stored(restarts, kAnothers));
  }
  /// In the way is the restart of this very call.
  void refuses_with_its_own(std::int64_t restarts) {
    server.does([this, restarts] {
      const std::string& body = server.sent.back().body;
      const std::size_t from = body.find("\":i\":") + 5;
      http::Response response;
      response.status = 400;
      response.body = R"({"__type":"x#ConditionalCheckFailedException","Item":)" +
                      stored(restarts, body.substr(from, body.find('}', from) + 1 - from)) + "}";
      return response;
    });
  }
  std::int64_t restart() { return controls.restart("shop.Mail", "ann"); }

  PassingClock clock;
  FakeTransport server;
  FakeTransport brief_server;
  std::string text;
  Client client{server, options()};
  Client brief{brief_server, options()};
  Controls controls{client, brief, "t"};
};

TEST_F(ControlsTest, ARestartIsConditionalOnTheNumber) {
  server.answers(200, "{}").answers(200, "{}");
  EXPECT_EQ(restart(), 1);
  EXPECT_NE(server.sent[1].body.find(R"("ConditionExpression":"attribute_not_exists(#r) OR #r = :r")"),
            std::string::npos);
  finds(7);
  server.answers(200, "{}");
  EXPECT_EQ(restart(), 8);
  EXPECT_NE(server.sent[3].body.find(R"("ConditionExpression":"#r = :r")"), std::string::npos);
  EXPECT_NE(server.sent[3].body.find(R"(":r":{"N":"7"})"), std::string::npos);
}

TEST_F(ControlsTest, ARestartKnowsItsOwnEarlierAttempt) {
  finds(7);
  server.fails(Errc::in_doubt);
  refuses_with_its_own(8);
  EXPECT_EQ(restart(), 8);
  EXPECT_TRUE(server.used_up());
}

TEST_F(ControlsTest, ARestartComesAfterAnothers) {
  finds(7);
  refuses_with(8);
  refuses_with(11);
  server.answers(200, "{}");
  EXPECT_EQ(restart(), 12);
  finds(7);
  server.fails(Errc::in_doubt);
  refuses_with(8);  // where this one would be: it never was
  server.answers(200, "{}");
  EXPECT_EQ(restart(), 9);
}

TEST_F(ControlsTest, ARestartThatCannotBeToldIsInDoubt) {
  finds(7);
  server.fails(Errc::in_doubt);
  refuses_with(9);
  EXPECT_EQ(code_of([&] { (void)restart(); }, &text), Errc::in_doubt);
  EXPECT_NE(text.find("shop.Mail"), std::string::npos) << text;
}

TEST_F(ControlsTest, ARestartDoesNotTryForEver) {
  finds(0);
  for (int i = 1; i <= 100; ++i) refuses_with(i);
  EXPECT_EQ(code_of([&] { (void)restart(); }), Errc::throttled);
  EXPECT_TRUE(server.used_up());
}

TEST_F(ControlsTest, TheListGivesUpSoonAndReadsAllPages) {
  const std::string item = stored(1, kAnothers);
  brief_server
      .answers(200, R"({"Items":[)" + item + R"(],"LastEvaluatedKey":{"k":{"S":"control"},"s":{"S":"shop.Mail"}}})")
      .answers(200, R"({"Items":[)" + item + "]}");
  EXPECT_EQ(controls.controls().size(), 2U);
  EXPECT_NE(brief_server.sent[0].body.find(R"("ConsistentRead":true)"), std::string::npos);
  EXPECT_TRUE(server.sent.empty());
}

TEST_F(ControlsTest, WhatCannotBeReadIsCorrupt) {
  for (const std::string rest : {R"("paused":{"S":"yes"}})", R"("restarts":{"N":"-1"}})", R"("restarts":{"S":"1"}})",
                                 R"("by":{"N":"1"}})", R"("at":{"N":"1E400"}})"}) {
    server.answers(200, R"({"Item":{"k":{"S":"control"},"s":{"S":"shop.Mail"},)" + rest + "}");
    EXPECT_EQ(code_of([&] { (void)controls.control("shop.Mail"); }, &text), Errc::corrupt) << rest;
    EXPECT_NE(text.find("\"shop.Mail\""), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace leftfold::dynamodb
