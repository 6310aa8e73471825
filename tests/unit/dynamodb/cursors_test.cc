// Cursors that somebody has changed by hand.
#include "dynamodb/cursors.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include <leftfold/log.h>

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

TEST_F(CursorsTest, OneThatCannotBeReadIsReplaced) {
  server.answers(200, "{}");
  cursors.advance(std::vector<PublishCursor>{{"a", Version{3}}});
  const std::string& body = server.sent.at(0).body;
  EXPECT_NE(body.find("NOT attribute_type(#p, :n)"), std::string::npos) << body;
  EXPECT_NE(body.find(R"(":n":{"S":"N"})"), std::string::npos) << body;
}

}  // namespace
}  // namespace leftfold::dynamodb
