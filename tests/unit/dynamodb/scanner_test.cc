// SPDX-License-Identifier: Apache-2.0
// What a scan makes of items that are no events, or damaged ones.
#include <gtest/gtest.h>

#include <string>

#include "dynamodb/client.h"
#include "dynamodb/known_heads.h"
#include "dynamodb/marked_events.h"
#include "dynamodb/scanner.h"
#include "support/passing_clock.h"
#include "unit/dynamodb/fake_transport.h"

namespace leftfold::dynamodb {
namespace {

class ScannerTest : public ::testing::Test {
 protected:
  ClientOptions options() {
    ClientOptions all;
    all.clock = &clock;
    return all;
  }
  static std::string item(int version, const std::string& rest) {
    return R"({"aggregateId":{"S":"a"},"version":{"N":")" + std::to_string(version) + R"("})" + rest + "}";
  }
  static std::string good(int version) { return item(version, R"(,"event":{"S":"E"},"payload":{"M":{}})"); }

  test_support::PassingClock clock;
  test_dynamodb::FakeTransport server;
  Client client{server, options()};
  KnownHeads known;
};

TEST_F(ScannerTest, WhatCannotBeReadKeepsNothingElseBack) {
  const std::string half = item(2, R"(,"commitSize":{"N":"2"},"events":{"L":[{"M":{"event":{"S":"E"}}},{"M":{}}]})");
  const std::string beyond = R"({"aggregateId":{"S":"a"},"version":{"N":"9223372036854775807"}})";
  server.answers(200, R"({"Items":[)" + good(0) + "," + item(1, "") + "," + half + "," + item(-1, "") + "," + beyond +
                          "," + good(4) + "]}");
  const ScanPage page = scan_page({client, known, "t"}, {});
  ASSERT_EQ(page.events.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    // The commit at 2 is told by its last version, up to which the store then is asked.
    EXPECT_EQ(page.events[i].version, Version{i < 2 ? static_cast<std::int64_t>(i) : static_cast<std::int64_t>(i) + 1});
    EXPECT_EQ(page.events[i].aggregate_id, "a");
  }
  ASSERT_EQ(page.unreadable.size(), 2U);
  EXPECT_EQ(page.unreadable[0].place, 1U);
  EXPECT_NE(page.unreadable[0].why.find("it has no event name"), std::string::npos) << page.unreadable[0].why;
  EXPECT_EQ(page.unreadable[1].place, 2U);
  EXPECT_EQ(page.events[1].type, "");
}

TEST_F(ScannerTest, AMarkedEventThatCannotBeReadKeepsNoOtherBack) {
  server.answers(200, R"({"Items":[)" + item(1, "") + "," + good(4) + "]}");
  MarkedEvents marked{client, "t", "i"};
  const EventPage page = marked.unpublished(10);
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].version, Version{4});
}

}  // namespace
}  // namespace leftfold::dynamodb
