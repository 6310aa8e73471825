// SPDX-License-Identifier: Apache-2.0
// What dead letters do about answers that real servers seldom give.
#include "dynamodb/dead_letters.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <leftfold/error.h>

#include "base/sleep.h"
#include "dynamodb/dead_letter_item.h"
#include "dynamodb/dead_letter_trail.h"
#include "dynamodb/wire.h"
#include "support/code_of.h"
#include "support/passing_clock.h"
#include "testing/dead_letter_cases.h"
#include "unit/dynamodb/fake_transport.h"

namespace leftfold::dynamodb {
namespace {

using namespace std::chrono_literals;
using test_support::code_of;
using testing::failed_letter;
using testing::kLease;
using testing::kMail;

constexpr const char* kNothing = "{}";

class DeadLettersTest : public ::testing::Test {
 protected:
  ClientOptions options() {
    ClientOptions all;
    all.clock = &clock;
    return all;
  }
  DeadHead head(std::int64_t revision = 1) {
    DeadHead made;
    made.subscription = kMail;
    made.sequence = "a";
    made.shelf = shelf;
    made.letters = 1;
    made.revision = revision;
    made.first = first_of(failed_letter("a", 5), 1);
    return made;
  }
  static std::string json(const Item& item) {
    std::string text;
    write_item(text, item);
    return text;
  }
  static std::string got(const DeadHead& head) { return R"({"Item":)" + json(head_item(head)) + "}"; }
  void refuses_update(const std::string& item) {
    server.refuses(400, "ConditionalCheckFailedException", item.empty() ? "" : R"(,"Item":)" + item);
  }
  void cancels(const std::string& first, const std::string& last, int none_between = 1) {
    std::string codes = R"({"Code":")" + first + "\"}";
    for (int i = 0; i < none_between; ++i) codes += R"(,{"Code":"None"})";
    server.refuses(400, "TransactionCanceledException",
                   R"(,"CancellationReasons":[)" + codes + R"(,{"Code":")" + last + "\"}]");
  }
  [[nodiscard]] const std::string& sent(std::size_t i) const { return server.sent.at(i).body; }

  const Uuid shelf = *Uuid::parse("018f3406-9000-7000-8000-000000000001");
  test_support::PassingClock clock;
  test_dynamodb::FakeTransport server;
  std::string text;
  Client client{server, options()};
  DeadLetters letters{client, "t"};
  const std::vector<DeadLetter> one{failed_letter("a", 5)};
};

// A discard may have taken a hundred thousand.
TEST_F(DeadLettersTest, OfALongLineOfTheTrailOnlyWhatIsAskedForIsRead) {
  TrailLine line;
  line.id = shelf;
  line.sequence = "a";
  line.action = "discard";
  line.by = {"ann", ""};
  line.letters = 100'000;
  line.before = shelf;
  const auto page = [](std::int64_t version) {
    const std::vector<Item> items = letter_items(Uuid{}, failed_letter("a", version), Timestamp{});
    return R"({"Items":[)" + json(items.front()) + R"(],"LastEvaluatedKey":{"k":{"S":"k"},"s":{"S":"s"}}})";
  };
  server.answers(200, R"({"Items":[)" + json(trail_item(kMail, line)) + "]}").answers(200, page(5));
  server.answers(200, page(6)).answers(200, page(7));
  const std::vector<DeadLetterChange> changes = letters.changes(kMail, "a", 1, 2);
  EXPECT_TRUE(server.used_up());
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].letter.version, Version{6});
  EXPECT_EQ(changes[1].letter.version, Version{7});
  EXPECT_NE(sent(1).find(R"("Limit":3)"), std::string::npos) << sent(1);
}

TEST_F(DeadLettersTest, ALostRaceIsRunAgainFromANewLook) {
  server.answers(200, kNothing);              // no head
  cancels("ConditionalCheckFailed", "None");  // another makes it
  server.answers(200, got(head(7))).answers(200, R"({"Responses":{"t":[]}})").answers(200, kNothing);
  EXPECT_EQ(letters.park(kMail, one, {}), 1U);
  EXPECT_NE(sent(1).find("attribute_not_exists(k)"), std::string::npos);
  EXPECT_NE(sent(4).find("#g = :g AND #r = :r"), std::string::npos) << sent(4);
  EXPECT_NE(sent(4).find(R"(":r":{"N":"7"})"), std::string::npos);
  EXPECT_NE(sent(4).find(R"("revision":{"N":"8"})"), std::string::npos);
  const auto token = [this](std::size_t i) {
    const std::size_t at = sent(i).find("ClientRequestToken");
    return sent(i).substr(at, sent(i).find(',', at) - at);
  };
  EXPECT_NE(token(1), token(4)) << "another transaction";
  EXPECT_TRUE(server.used_up());
}

TEST_F(DeadLettersTest, NoRoomIsToldFromALostRace) {
  const DeadLetterLimits limits{3, 0};
  server.answers(200, kNothing);
  cancels("None", "ConditionalCheckFailed");
  EXPECT_EQ(code_of([&] { letters.park(kMail, one, limits); }, &text), Errc::storage_full);
  EXPECT_NE(text.find("limit of 3 sequences"), std::string::npos) << text;
  EXPECT_NE(sent(1).find(R"(":room":{"N":"2"})"), std::string::npos) << sent(1);
  // Both at once: the sequence was made by another, so it takes no more room.
  server.answers(200, kNothing);
  cancels("ConditionalCheckFailed", "ConditionalCheckFailed");
  server.answers(200, got(head())).answers(200, R"({"Responses":{"t":[]}})").answers(200, kNothing);
  EXPECT_EQ(letters.park(kMail, one, limits), 1U);
  EXPECT_TRUE(server.used_up());
}

TEST_F(DeadLettersTest, WhoNeverGetsOnIsTold) {
  for (int i = 0; i < 1000; ++i) {
    server.answers(200, kNothing);
    cancels("ConditionalCheckFailed", "None");
  }
  EXPECT_EQ(code_of([&] { letters.park(kMail, one, {}); }, &text), Errc::throttled);
  EXPECT_NE(text.find("shop.Mail"), std::string::npos) << text;
}

TEST_F(DeadLettersTest, AClaimThatIsReleasedWhileItIsAskedForIsAskedForAgain) {
  refuses_update(json(head_item(head())));  // without a claim: it ended between the refusal and its item
  DeadHead mine = head(2);
  server.does([this, mine]() mutable {
    const std::string& body = server.sent.back().body;
    mine.claim = HeldClaim{Uuid{}, "host:1", kLease, 0};
    http::Response response;
    response.status = 200;
    response.body = R"({"Attributes":)" + json(head_item(mine)) + "}";
    EXPECT_NE(body.find("attribute_not_exists(#t)"), std::string::npos);
    return response;
  });
  EXPECT_TRUE(letters.claim(kMail, "a", "host:1", kLease));
  EXPECT_TRUE(server.used_up());
}

TEST_F(DeadLettersTest, AClaimIsLookedUpWhenTheRefusalDoesNotShowIt) {
  DeadHead claimed = head();
  claimed.claim = HeldClaim{shelf, "host:2", kLease, 0};
  refuses_update("");
  server.answers(200, got(claimed));
  EXPECT_FALSE(letters.claim(kMail, "a", "host:1", kLease));
  refuses_update("");
  server.answers(200, kNothing);
  EXPECT_FALSE(letters.claim(kMail, "b", "host:1", kLease));
  EXPECT_TRUE(server.used_up());
}

TEST_F(DeadLettersTest, ATakeOverIsConditionalOnTheClaimThatWasSeen) {
  DeadHead claimed = head();
  claimed.claim = HeldClaim{shelf, "host:2", 10ms, 4};
  refuses_update(json(head_item(claimed)));
  EXPECT_FALSE(letters.claim(kMail, "a", "host:1", kLease));
  base::sleep_for(clock, 10ms);
  refuses_update(json(head_item(claimed)));
  claimed.claim->renewals = 5;  // renewed at the last moment
  refuses_update(json(head_item(claimed)));
  EXPECT_FALSE(letters.claim(kMail, "a", "host:1", kLease));
  EXPECT_NE(sent(2).find("#t = :old AND #n = :seen"), std::string::npos) << sent(2);
  EXPECT_NE(sent(2).find(R"(":seen":{"N":"4"})"), std::string::npos) << sent(2);
  refuses_update(json(head_item(claimed)));  // and its lease begins anew
  EXPECT_FALSE(letters.claim(kMail, "a", "host:1", kLease));
  EXPECT_TRUE(server.used_up());
}

TEST_F(DeadLettersTest, LettersThatGoWhileTheyAreReadAreReadAgain) {
  DeadLetter large = failed_letter("a", 5);
  large.event.payload = std::string(300'000, 'x');
  std::vector<Item> items = letter_items(shelf, large, {});
  for (Attribute& each : items[0]) {
    if (each.name == "items") each.value = number(std::int64_t{2});
  }
  const std::string torn = R"({"Items":[)" + json(items[0]) + "]}";
  server.answers(200, got(head(1))).answers(200, torn).answers(200, got(head(2)));
  server.answers(200, got(head(2))).answers(200, R"({"Items":[]})").answers(200, kNothing).answers(200, kNothing);
  EXPECT_TRUE(letters.letters(kMail, "a", std::nullopt, 10).empty());
  EXPECT_TRUE(server.used_up());
  // Nothing changed meanwhile: it is damaged.
  server.answers(200, got(head(1))).answers(200, torn).answers(200, got(head(1)));
  EXPECT_EQ(code_of([&] { (void)letters.letters(kMail, "a", std::nullopt, 10); }), Errc::corrupt);
}

TEST_F(DeadLettersTest, AllPagesAreListed) {
  DeadHead b = head();
  b.sequence = "b";
  server
      .answers(200,
               R"({"Items":[)" + json(head_item(head())) + R"(],"LastEvaluatedKey":{"k":{"S":"x"},"s":{"S":"y"}}})")
      .answers(200, R"({"Items":[],"LastEvaluatedKey":{"k":{"S":"x"},"s":{"S":"z"}}})")
      .answers(200, R"({"Items":[)" + json(head_item(b)) + "]}");
  EXPECT_EQ(letters.sequences(kMail), (std::vector<std::string>{"a", "b"}));
  EXPECT_NE(sent(0).find(R"("ConsistentRead":true)"), std::string::npos);
}

}  // namespace
}  // namespace leftfold::dynamodb
