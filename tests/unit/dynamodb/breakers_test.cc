// SPDX-License-Identifier: Apache-2.0
// What the write of a breaker's record knows after an answer was lost, and what it reads of items that others changed.
#include "dynamodb/breakers.h"

#include <gtest/gtest.h>

#include <functional>
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

BreakerRecord payments(std::int64_t revision) {
  BreakerRecord record;
  record.name = "payments";
  record.revision = revision;
  record.state = BreakerRecord::State::open;
  record.nodes["shop-1"] = {true, 7, std::chrono::milliseconds{10'000}};
  return record;
}

std::string text_of(const Item& item) {
  std::string text;
  write_item(text, item);
  return text;
}

class BreakersTest : public ::testing::Test {
 protected:
  ClientOptions options() {
    ClientOptions all;
    all.clock = &clock;
    return all;
  }
  /// The condition does not hold; `item` is in the way.
  void refuses_with(const std::string& item) {
    server.refuses(400, "ConditionalCheckFailedException", item.empty() ? "" : ",\"Item\":" + item);
  }
  void refuses_with_anothers(std::int64_t revision) {
    refuses_with(text_of(breaker_item(payments(revision), Uuid::v7(clock.now()))));
  }
  /// In the way is what the write itself would have stored.
  void refuses_with_its_own() {
    server.does([this] {
      const std::string body = server.sent.back().body;
      const std::size_t from = body.find("\"Item\":");
      http::Response response;
      response.status = 400;
      response.body = R"({"__type":"x#ConditionalCheckFailedException",)" +
                      body.substr(from, body.find(",\"ConditionExpression\"") - from) + "}";
      return response;
    });
  }
  Errc code_of_write() {
    return code_of([&] { (void)breakers.write(payments(7)); }, &text);
  }

  PassingClock clock;
  FakeTransport server;
  std::string text;
  Client client{server, options()};
  Breakers breakers{client, "t"};
};

TEST_F(BreakersTest, AWriteIsConditionalOnItsRevision) {
  server.answers(200, "{}").answers(200, "{}");
  EXPECT_TRUE(breakers.write(payments(0)));
  EXPECT_NE(server.sent[0].body.find("attribute_not_exists(#r)"), std::string::npos);
  EXPECT_NE(server.sent[0].body.find(R"("revision":{"N":"1"})"), std::string::npos);
  EXPECT_TRUE(breakers.write(payments(7)));
  EXPECT_NE(server.sent[1].body.find(R"("ConditionExpression":"#r = :r")"), std::string::npos);
  EXPECT_NE(server.sent[1].body.find(R"(":r":{"N":"7"})"), std::string::npos);
}

TEST_F(BreakersTest, AWriteKnowsItsOwnEarlierAttempt) {
  server.fails(Errc::in_doubt);
  refuses_with_its_own();
  EXPECT_TRUE(breakers.write(payments(7)));
  refuses_with_its_own();  // DynamoDB itself may try twice
  EXPECT_TRUE(breakers.write(payments(7)));
}

TEST_F(BreakersTest, AnothersWriteInTheWayIsARefusal) {
  refuses_with_anothers(8);
  EXPECT_FALSE(breakers.write(payments(7)));
  server.fails(Errc::in_doubt);
  refuses_with_anothers(8);  // where this one would be: it never was
  EXPECT_FALSE(breakers.write(payments(7)));
}

TEST_F(BreakersTest, WhatCannotBeToldIsInDoubt) {
  server.fails(Errc::in_doubt);
  refuses_with_anothers(9);
  EXPECT_EQ(code_of_write(), Errc::in_doubt);
  EXPECT_NE(text.find("payments"), std::string::npos) << text;
  server.fails(Errc::in_doubt);
  refuses_with("");
  EXPECT_EQ(code_of_write(), Errc::in_doubt);
}

TEST_F(BreakersTest, ARecordIsReadConsistently) {
  server.answers(200, "{}");
  EXPECT_EQ(breakers.read("payments").revision, 0);
  EXPECT_NE(server.sent[0].body.find(R"("ConsistentRead":true)"), std::string::npos);
  EXPECT_EQ(breakers.read("").revision, 0);  // asks nobody
  EXPECT_TRUE(server.used_up());
}

TEST_F(BreakersTest, AllPagesAreListed) {
  const std::string item = text_of(breaker_item(payments(3), Uuid{}));
  server.answers(200, R"({"Items":[)" + item + R"(],"LastEvaluatedKey":{"k":{"S":"breaker"},"s":{"S":"payments"}}})")
      .answers(200, R"({"Items":[],"LastEvaluatedKey":{"k":{"S":"breaker"},"s":{"S":"q"}}})")
      .answers(200, R"({"Items":[)" + item + "]}");
  EXPECT_EQ(breakers.list(), (std::vector<BreakerRecord>{payments(3), payments(3)}));
  EXPECT_TRUE(server.used_up());
}

TEST_F(BreakersTest, ARecordThatCannotBeReadIsCorrupt) {
  const std::string begin = R"({"k":{"S":"breaker"},"s":{"S":"payments"},)";
  for (const std::string rest : {
           R"("state":{"S":"open"}})",                                                     // no revision
           R"("revision":{"N":"0"},"state":{"S":"open"}})",                                //
           R"("revision":{"S":"1"},"state":{"S":"open"}})",                                //
           R"("revision":{"N":"1"}})",                                                     // no state
           R"("revision":{"N":"1"},"state":{"S":"ajar"}})",                                //
           R"("revision":{"N":"1"},"state":{"S":"open"},"openFor":{"N":"1.5"}})",          //
           R"("revision":{"N":"1"},"state":{"S":"open"},"probe":{"B":"AAAA"}})",           //
           R"("revision":{"N":"1"},"state":{"S":"open"},"nodes":{"L":[]}})",               //
           R"("revision":{"N":"1"},"state":{"S":"open"},"nodes":{"M":{"a":{"N":"1"}}}})",  //
           R"("revision":{"N":"1"},"state":{"S":"open"},"nodes":{"M":{"a":{"M":{"votes":{"N":"1"}}}}}})",
       }) {
    server.answers(200, R"({"Item":)" + begin + rest + "}");
    EXPECT_EQ(code_of([&] { (void)breakers.read("payments"); }, &text), Errc::corrupt) << rest;
    EXPECT_NE(text.find("\"payments\""), std::string::npos) << text;
  }
  server.answers(200, R"({"Items":[{"k":{"S":"breaker"},"s":{"S":"payments"}}]})");
  EXPECT_EQ(code_of([&] { (void)breakers.list(); }), Errc::corrupt);
}

}  // namespace
}  // namespace leftfold::dynamodb
