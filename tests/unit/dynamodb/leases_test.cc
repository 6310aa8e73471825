// SPDX-License-Identifier: Apache-2.0
// What a lease's write knows after an answer was lost.
#include "dynamodb/leases.h"

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

class LeasesTest : public ::testing::Test {
 protected:
  ClientOptions options() {
    ClientOptions all;
    all.clock = &clock;
    return all;
  }
  static Lease lease(std::int64_t counter) { return {"publisher", "shard-1", "host:1", counter, "111", false, {}}; }
  /// The condition does not hold: in the way is what this lease's last write would have stored.
  void refuses_with_its_own() {
    server.does([this] {
      const std::string body = server.sent.back().body;
      const std::size_t from = body.find("\"Item\":") + 7;
      return refusal(body.substr(from, body.find(",\"ConditionExpression\"") - from));
    });
  }
  /// In the way is another's write.
  void refuses_with(std::int64_t counter) {
    std::string item;
    write_item(item, lease_item(lease(counter), Uuid::v7(clock.now())));
    server.does([item] { return refusal(item); });
  }
  static http::Response refusal(const std::string& item) {
    http::Response response;
    response.status = 400;
    response.body =
        R"({"__type":"x#ConditionalCheckFailedException")" + (item.empty() ? "" : R"(,"Item":)" + item) + "}";
    return response;
  }

  PassingClock clock;
  FakeTransport server;
  std::string text;
  Client client{server, options()};
  Leases leases{client, "t"};
};

TEST_F(LeasesTest, AWriteIsConditionalOnItsCounter) {
  server.answers(200, "{}").answers(200, "{}");
  EXPECT_TRUE(leases.write(lease(0)));
  EXPECT_NE(server.sent[0].body.find("attribute_not_exists(#c)"), std::string::npos);
  EXPECT_NE(server.sent[0].body.find(R"("counter":{"N":"1"})"), std::string::npos);
  EXPECT_TRUE(leases.write(lease(7)));
  EXPECT_NE(server.sent[1].body.find(R"("ConditionExpression":"#c = :c")"), std::string::npos);
  EXPECT_NE(server.sent[1].body.find(R"(":c":{"N":"7"})"), std::string::npos);
}

TEST_F(LeasesTest, AWriteKnowsItsOwnEarlierAttempt) {
  server.fails(Errc::in_doubt);
  refuses_with_its_own();
  EXPECT_TRUE(leases.write(lease(7)));
  refuses_with_its_own();  // DynamoDB itself may try twice
  EXPECT_TRUE(leases.write(lease(7)));
}

TEST_F(LeasesTest, AnothersWriteInTheWayIsARefusal) {
  refuses_with(8);
  EXPECT_FALSE(leases.write(lease(7)));
  refuses_with(12);
  EXPECT_FALSE(leases.write(lease(7)));
  server.fails(Errc::in_doubt);
  refuses_with(8);  // where this one would be: it never was
  EXPECT_FALSE(leases.write(lease(7)));
}

TEST_F(LeasesTest, WhatCannotBeToldIsInDoubt) {
  server.fails(Errc::in_doubt);
  refuses_with(9);
  EXPECT_EQ(code_of([&] { (void)leases.write(lease(7)); }, &text), Errc::in_doubt);
  EXPECT_NE(text.find("shard-1"), std::string::npos) << text;
  server.fails(Errc::in_doubt).does([] { return refusal(""); });
  EXPECT_EQ(code_of([&] { (void)leases.write(lease(7)); }), Errc::in_doubt);
  for (int i = 0; i < 4; ++i) server.fails(Errc::in_doubt);
  EXPECT_EQ(code_of([&] { (void)leases.write(lease(7)); }), Errc::in_doubt);
}

TEST_F(LeasesTest, ARemovalThatIsNotToldIsInDoubt) {
  server.answers(200, "{}");
  EXPECT_TRUE(leases.remove(lease(7)));
  server.does([] { return refusal(""); });
  EXPECT_FALSE(leases.remove(lease(7)));
  server.fails(Errc::in_doubt).does([] { return refusal(""); });
  EXPECT_EQ(code_of([&] { (void)leases.remove(lease(7)); }), Errc::in_doubt);
  EXPECT_FALSE(leases.remove(lease(0)));
  EXPECT_TRUE(server.used_up());
}

TEST_F(LeasesTest, AllPagesAreListed) {
  const auto page = [](const std::string& name, const std::string& more) {
    std::string item;
    Lease named = lease(3);
    named.name = name;
    write_item(item, lease_item(named, Uuid{}));
    return R"({"Items":[)" + item + "]" + more + "}";
  };
  server.answers(200, page("a", R"(,"LastEvaluatedKey":{"k":{"S":"lease#publisher"},"s":{"S":"a"}})"))
      .answers(200, R"({"Items":[],"LastEvaluatedKey":{"k":{"S":"lease#publisher"},"s":{"S":"b"}}})")
      .answers(200, page("c", ""));
  const std::vector<Lease> all = leases.list("publisher");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "a");
  EXPECT_EQ(all[1].name, "c");
  EXPECT_NE(server.sent[0].body.find(R"("ConsistentRead":true)"), std::string::npos);
  EXPECT_TRUE(leases.list("").empty());
}

TEST_F(LeasesTest, ALeaseThatCannotBeReadIsCorrupt) {
  server.answers(200, R"({"Items":[{"k":{"S":"lease#publisher"},"s":{"S":"a"},"counter":{"N":"0"}}]})");
  EXPECT_EQ(code_of([&] { (void)leases.list("publisher"); }, &text), Errc::corrupt);
  EXPECT_NE(text.find("\"a\""), std::string::npos) << text;
}

}  // namespace
}  // namespace leftfold::dynamodb
