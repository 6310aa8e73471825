// SPDX-License-Identifier: Apache-2.0
// Dead letters when answers do not come: what was parked is there once, what was taken away is gone once, one claim.
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

#include "base/sleep.h"
#include "dynamodb/faults_fixture.h"
#include "support/code_of.h"
#include "testing/dead_letter_cases.h"

namespace leftfold::test_dynamodb {
namespace {

using namespace std::chrono_literals;
using Removed = DeadLetterStore::Removed;
using testing::expect_removed;
using testing::failed_letter;
using testing::follower_letter;
using testing::key_at;
using testing::kLease;

struct NamedFault {
  const char* name;
  Fault fault;
  friend void PrintTo(const NamedFault& named, std::ostream* out) { *out << named.name; }  // NOLINT
};

std::size_t times(std::string_view word, std::string_view text) {
  std::size_t number = 0;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++number;
  return number;
}

std::string name_of(const ::testing::TestParamInfo<NamedFault>& param) { return param.param.name; }

class Letters : public FaultsTest {
 protected:
  std::size_t park(const std::vector<DeadLetter>& letters) { return store.dead_letters().park(mail, letters, {}); }
  [[nodiscard]] DeadLetterClaim claim() {
    const auto won = store.dead_letters().claim(mail, "a", "host:1", kLease);
    if (!won) throw std::runtime_error{"the sequence could not be claimed"};
    return *won;
  }
  /// The versions of the sequence's letters, read past the proxy.
  [[nodiscard]] std::string versions() {
    std::string all;
    for (const DeadLetter& letter : direct.dead_letters().letters(mail, "a", std::nullopt, 1000)) {
      all += std::to_string(letter.event.version.value()) + ' ';
    }
    return all;
  }
  void fail(const char* operation, const Fault& what, int count = 1) {
    proxy.follow([operation, what, count](const ProxiedCall& call) {
      return call.operation == operation && call.count <= count ? what : fault::none();
    });
  }
  void pass(std::chrono::nanoseconds time) { base::sleep_for(clock, time); }  // over at once
  [[nodiscard]] int all_attempts() const { return options_.max_attempts; }
  template <class Call>
  [[nodiscard]] Errc code(Call call) {
    return test_support::code_of(call, &text);
  }

  const std::string mail = "shop." + Uuid::v7(system_clock().now()).to_string();  // nobody else's
  const DynamoDbOptions options_ = options();
  DynamoDbStore store{options_};
};

class LettersDone : public Letters, public ::testing::WithParamInterface<NamedFault> {};
INSTANTIATE_TEST_SUITE_P(DynamoDbFaults, LettersDone,
                         ::testing::Values(NamedFault{"Reset", fault::reset_after()},
                                           NamedFault{"Status500", fault::error_after(500)},
                                           NamedFault{"HalfAnAnswer", fault::half_after()}),
                         name_of);

TEST_P(LettersDone, AreFoundBySendingThemAgain) {
  fail("TransactWriteItems", GetParam().fault);
  EXPECT_EQ(park({failed_letter("a", 0)}), 1U);
  EXPECT_EQ(proxy.calls("TransactWriteItems"), 2);
  fail("TransactWriteItems", GetParam().fault);
  EXPECT_TRUE(store.dead_letters().park_behind(mail, follower_letter("a", 1), {}));
  EXPECT_EQ(versions(), "0 1 ");
  fail("UpdateItem", GetParam().fault);
  const DeadLetterClaim claim = this->claim();
  EXPECT_FALSE(direct.dead_letters().claim(mail, "a", "host:2", kLease));
  fail("UpdateItem", GetParam().fault);
  EXPECT_TRUE(store.dead_letters().renew(claim, kLease));
  fail("TransactWriteItems", GetParam().fault);
  expect_removed(store.dead_letters().evict(claim, key_at(0)), Removed::letter, "the first");
  fail("TransactWriteItems", GetParam().fault);
  EXPECT_TRUE(store.dead_letters().edit(claim, key_at(1), "{}", {"ann", ""}));
  EXPECT_EQ(store.dead_letters().changes(mail, "a", 0, 10).size(), 1U);
  fail("TransactWriteItems", GetParam().fault);
  expect_removed(store.dead_letters().evict(claim, key_at(1)), Removed::sequence, "the last");
  EXPECT_EQ(versions(), "");
  EXPECT_EQ(proxy.faults(), 7);
}

TEST_P(LettersDone, AreThereOnceWhenNoAttemptGetsAnAnswer) {
  fail("TransactWriteItems", GetParam().fault, all_attempts());
  EXPECT_EQ(code([&] { park({failed_letter("a", 0), follower_letter("a", 1)}); }), Errc::in_doubt) << text;
  EXPECT_EQ(versions(), "0 1 ");
  EXPECT_EQ(park({failed_letter("a", 0), follower_letter("a", 1)}), 0U);
  fail("TransactWriteItems", GetParam().fault, all_attempts());
  EXPECT_EQ(code([&] { (void)store.dead_letters().park_behind(mail, follower_letter("a", 2), {}); }), Errc::in_doubt);
  EXPECT_TRUE(store.dead_letters().park_behind(mail, follower_letter("a", 2), {}));
  EXPECT_EQ(versions(), "0 1 2 ");
  EXPECT_EQ(direct.dead_letters().count({.subscription = mail}).letters, 3U);
  EXPECT_EQ(direct.dead_letters().count({.subscription = mail}).sequences, 1U);

  const DeadLetterClaim claim = this->claim();
  fail("TransactWriteItems", GetParam().fault, all_attempts());
  EXPECT_EQ(code([&] { (void)store.dead_letters().evict(claim, key_at(0)); }), Errc::in_doubt);
  expect_removed(store.dead_letters().evict(claim, key_at(0)), Removed::refused, "it is not the first any more");
  EXPECT_EQ(versions(), "1 2 ");
  EXPECT_TRUE(store.dead_letters().renew(claim, kLease)) << "the re-drive goes on";
  fail("TransactWriteItems", GetParam().fault, all_attempts());
  EXPECT_EQ(code([&] { (void)store.dead_letters().discard(claim, {"ann", ""}, "discard"); }), Errc::in_doubt);
  EXPECT_EQ(store.dead_letters().discard(claim, {"ann", ""}, "discard"), 0U);
  EXPECT_EQ(direct.dead_letters().changes(mail, "a", 0, 10).size(), 2U);
}

TEST_P(LettersDone, AClaimWithoutAnAnswerEndsByItsLease) {
  park({failed_letter("a", 0)});
  fail("UpdateItem", GetParam().fault, all_attempts());
  EXPECT_EQ(code([&] { (void)claim(); }), Errc::in_doubt) << text;
  EXPECT_FALSE(store.dead_letters().claim(mail, "a", "host:2", kLease));
  clock.be_ahead(kLease);  // the wall clock is no measure
  EXPECT_FALSE(store.dead_letters().claim(mail, "a", "host:2", kLease));
  pass(kLease);
  EXPECT_TRUE(store.dead_letters().claim(mail, "a", "host:2", kLease));
}

class LettersNotDone : public Letters, public ::testing::WithParamInterface<NamedFault> {};
INSTANTIATE_TEST_SUITE_P(
    DynamoDbFaults, LettersNotDone,
    ::testing::Values(NamedFault{"Reset", fault::reset_before()}, NamedFault{"Status500", fault::error_before(500)},
                      NamedFault{"Throttled", fault::refusal("ProvisionedThroughputExceededException")},
                      NamedFault{"Conflict", fault::cancelled({"TransactionConflict", "None"})},
                      NamedFault{"PartThrottled", fault::cancelled({"None", "ThrottlingError"})}),
    name_of);

TEST_P(LettersNotDone, AreSentAgain) {
  fail("TransactWriteItems", GetParam().fault);
  EXPECT_EQ(park({failed_letter("a", 0), follower_letter("a", 1)}), 2U);
  const DeadLetterClaim claim = this->claim();
  fail("TransactWriteItems", GetParam().fault);
  expect_removed(store.dead_letters().evict(claim, key_at(0)), Removed::letter, "the first");
  fail("TransactWriteItems", GetParam().fault);
  EXPECT_TRUE(store.dead_letters().failed(claim, follower_letter("a", 1), std::nullopt));
  EXPECT_EQ(proxy.faults(), 3);
  EXPECT_EQ(versions(), "1 ");
}

TEST_P(LettersNotDone, ChangeNothingAfterTheLastAttempt) {
  fail("TransactWriteItems", GetParam().fault, 100);
  const Errc parking = code([&] { park({failed_letter("a", 0)}); });
  const bool answered = GetParam().fault.answer == Fault::Answer::made_up && GetParam().fault.status == 400;
  EXPECT_EQ(parking, answered ? Errc::throttled : Errc::in_doubt) << text;
  EXPECT_EQ(versions(), "");
  proxy.follow({});
  park({failed_letter("a", 0)});
  const DeadLetterClaim claim = this->claim();
  fail("TransactWriteItems", GetParam().fault, 100);
  EXPECT_EQ(code([&] { (void)store.dead_letters().evict(claim, key_at(0)); }), parking);
  EXPECT_EQ(versions(), "0 ");
  proxy.follow({});
  expect_removed(store.dead_letters().evict(claim, key_at(0)), Removed::sequence, "the last");
}

/// What DynamoDB says after ten minutes, when it has forgotten the transaction's token.
TEST_F(Letters, KnowTheirOwnEarlierAttempt) {
  const auto forgets = [this](std::size_t writes) {
    proxy.follow([writes](const ProxiedCall& call) {
      if (call.is("TransactWriteItems", 1)) return fault::reset_after();
      std::vector<std::string> codes(writes, "None");
      codes.front() = "ConditionalCheckFailed";
      return call.is("TransactWriteItems", 2) ? fault::cancelled(codes) : fault::none();
    });
  };
  forgets(4);
  EXPECT_EQ(park({failed_letter("a", 0), follower_letter("a", 1)}), 2U);
  forgets(2);
  EXPECT_TRUE(store.dead_letters().park_behind(mail, follower_letter("a", 2), {}));
  const DeadLetterClaim claim = this->claim();
  forgets(2);
  expect_removed(store.dead_letters().evict(claim, key_at(0)), Removed::letter, "the first");
  EXPECT_EQ(versions(), "1 2 ");
  forgets(5);
  EXPECT_TRUE(store.dead_letters().edit(claim, key_at(2), "{}", {"ann", ""}));
  EXPECT_EQ(direct.dead_letters().changes(mail, "a", 0, 10).size(), 1U);
  forgets(2);
  EXPECT_TRUE(store.dead_letters().failed(claim, follower_letter("a", 1), std::nullopt));
  EXPECT_EQ(direct.dead_letters().letters(mail, "a", std::nullopt, 1).at(0).redrives, 1);
}

/// The letters that one transaction of the heads names lie there before it; they must not be taken for left over.
TEST_F(Letters, OfABulkKnowTheirOwnEarlierAttempt) {
  std::vector<DeadLetter> many;
  for (std::int64_t version = 0; version < 150; ++version) many.push_back(follower_letter("a", version));
  for (const std::size_t writes : {2U, 1U}) {  // a head and the subscription; a head that is there
    proxy.follow([writes](const ProxiedCall& call) {
      if (call.is("TransactWriteItems", 1)) return fault::reset_after();
      std::vector<std::string> codes(writes, "None");
      codes.front() = "ConditionalCheckFailed";
      return call.is("TransactWriteItems", 2) ? fault::cancelled(codes) : fault::none();
    });
    EXPECT_EQ(park(many), 150U);
    EXPECT_EQ(direct.dead_letters().letters(mail, "a", std::nullopt, 1000).size(),
              direct.dead_letters().count({.subscription = mail}).letters);
    for (DeadLetter& letter : many) letter.event.version = Version{letter.event.version.value() + 150};
  }
}

TEST_F(Letters, ThatArriveLateAreThereOnce) {
  DynamoDbOptions impatient = options();
  impatient.max_attempts = 1;
  impatient.request_timeout = std::chrono::seconds{2};  // real time, and no second attempt for a server that is busy
  DynamoDbStore late{impatient};
  proxy.follow(
      [](const ProxiedCall& call) { return call.is("TransactWriteItems", 1) ? fault::late() : fault::none(); });
  const std::vector<DeadLetter> letters{failed_letter("a", 0)};
  EXPECT_EQ(code([&] { late.dead_letters().park(mail, letters, {}); }), Errc::in_doubt);
  EXPECT_EQ(park(letters), 1U);
  EXPECT_EQ(proxy.release(), 1U);
  EXPECT_EQ(versions(), "0 ");
  // Also behind the end of the sequence: the letter comes again, which is what at least once means, and is whole.
  proxy.follow(
      [](const ProxiedCall& call) { return call.is("TransactWriteItems", 1) ? fault::late() : fault::none(); });
  EXPECT_EQ(code([&] { (void)late.dead_letters().park_behind(mail, follower_letter("a", 1), {}); }), Errc::in_doubt);
  expect_removed(store.dead_letters().evict(claim(), key_at(0)), Removed::sequence, "the last");
  EXPECT_EQ(proxy.release(), 1U);
  EXPECT_EQ(versions(), "") << "a follower does not make a sequence";
  EXPECT_FALSE(store.dead_letters().park_behind(mail, follower_letter("a", 1), {}));
}

TEST_F(Letters, OfABulkThatFailsInItsMiddleAreNeitherSeenNorLeft) {
  std::vector<DeadLetter> many;
  for (std::int64_t version = 0; version < 150; ++version) many.push_back(follower_letter("a", version));
  park({failed_letter("a", 0)});
  std::size_t put = 0, removed = 0;
  int requests = 0;
  proxy.follow([&](const ProxiedCall& call) {
    if (call.operation != "BatchWriteItem") return fault::none();
    if (const std::size_t deletes = times("DeleteRequest", call.http.body); deletes > 0) {
      ++requests;
      removed += deletes;
      return fault::none();
    }
    if (call.count > 3) return fault::refusal("ThrottlingException");
    put += times("PutRequest", call.http.body);
    return fault::none();
  });
  EXPECT_EQ(code([&] { park(many); }), Errc::throttled) << text;
  EXPECT_EQ(versions(), "0 ");
  EXPECT_EQ(put, 75U);
  EXPECT_EQ(removed, 150U);
  EXPECT_EQ(requests, 6) << "25 at a time";
  proxy.follow([&](const ProxiedCall& call) {
    return call.operation == "TransactWriteItems" ? fault::reset_after() : fault::none();
  });
  EXPECT_EQ(code([&] { park(many); }), Errc::in_doubt);
  proxy.follow({});
  EXPECT_EQ(park(many), 0U);
  EXPECT_EQ(direct.dead_letters().count({.subscription = mail}).letters, 150U);
  EXPECT_EQ(direct.dead_letters().letters(mail, "a", std::nullopt, 1000).size(), 150U);
}

}  // namespace
}  // namespace leftfold::test_dynamodb
