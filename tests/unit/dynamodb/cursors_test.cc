// SPDX-License-Identifier: Apache-2.0
// Cursors that somebody has changed by hand.
#include "dynamodb/cursors.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include <leftfold/log.h>

#include "support/code_of.h"
#include "support/passing_clock.h"
#include "unit/dynamodb/fake_transport.h"

namespace leftfold::dynamodb {
namespace {

class Lines final : public Logger {
 public:
  using Logger::log;
  bool enabled(LogLevel) const noexcept override { return true; }
  void log(LogLevel, std::string_view, std::string_view text, std::span<const LogField> fields) noexcept override {
    all += std::string{text} + "\n";
    for (const LogField& field : fields) all += std::string{field.value} + "\n";
  }
  std::string all;
};

class CursorsTest : public ::testing::Test {
 protected:
  ClientOptions options() {
    ClientOptions all;
    all.clock = &clock;
    all.log = &lines;
    return all;
  }
  test_support::PassingClock clock;
  Lines lines;
  test_dynamodb::FakeTransport server;
  Client client{server, options()};
  Cursors cursors{client, "t", "publisher"};
};

TEST_F(CursorsTest, OneThatCannotBeReadCountsAsNoneAndIsNamedInTheLog) {
  server.answers(200, R"({"Responses":{"t":[)"
                      R"({"k":{"S":"cursor#a"},"s":{"S":"publisher"},"published":{"S":"seven"}},)"
                      R"({"k":{"S":"cursor#b"},"s":{"S":"publisher"},"published":{"N":"-3"}},)"
                      R"({"k":{"S":"cursor#c"},"s":{"S":"publisher"},"published":{"N":"4"}}]}})");
  const std::vector<std::string_view> ids{"a", "b", "c"};
  EXPECT_EQ(cursors.load(ids), (std::vector{Version::none(), Version::none(), Version{4}}));
  EXPECT_NE(lines.all.find("cursor#a"), std::string::npos) << lines.all;
  EXPECT_NE(lines.all.find("cursor#b"), std::string::npos) << lines.all;
  EXPECT_EQ(lines.all.find("cursor#c"), std::string::npos) << lines.all;
}

TEST_F(CursorsTest, AnIdThatIsTooLongForTheKeyIsInItByItsHash) {
  const std::string fits(2041, 'x');
  const std::string longer(2048, 'x');  // DynamoDB's limit for the key of an event
  const Item short_item = cursor_item("publisher", {fits, Version{3}});
  const Item long_item = cursor_item("publisher", {longer, Version{4}});
  EXPECT_EQ(find_text(short_item, "k")->size(), 2048U);
  EXPECT_EQ(find_text(short_item, "aggregateId"), nullptr);
  EXPECT_EQ(*find_text(long_item, "k"),
            "cursor-of-long-id#1d1801f753ccd9fa57966c46f360585caf83337a394a5f238d4e4e7d6005788d");
  EXPECT_EQ(read_cursor(long_item).aggregate_id, longer);
  EXPECT_EQ(read_cursor(long_item).published, Version{4});
  EXPECT_EQ(read_cursor(short_item).aggregate_id, fits);

  server.answers(200, R"({"Responses":{"t":[{"k":{"S":")" + *find_text(long_item, "k") +
                          R"("},"s":{"S":"publisher"},"aggregateId":{"S":")" + longer +
                          R"("},"published":{"N":"4"}}]}})");
  const std::vector<std::string_view> ids{longer, fits};
  EXPECT_EQ(cursors.load(ids), (std::vector{Version{4}, Version::none()}));

  Item edited = long_item;
  for (Attribute& attribute : edited) {
    if (attribute.name == "aggregateId") attribute.value = AttributeValue{std::string{"another"}};
  }
  EXPECT_EQ(test_support::code_of([&] { (void)read_cursor(edited); }), Errc::corrupt);
}

TEST_F(CursorsTest, OneThatCannotBeReadIsReplaced) {
  server.answers(200, "{}");
  cursors.advance(std::vector<PublishCursor>{{"a", Version{3}}});
  const std::string& body = server.sent.at(0).body;
  EXPECT_NE(body.find("NOT attribute_type(#p, :n)"), std::string::npos) << body;
  EXPECT_NE(body.find(R"(":n":{"S":"N"})"), std::string::npos) << body;
}

}  // namespace
}  // namespace leftfold::dynamodb
