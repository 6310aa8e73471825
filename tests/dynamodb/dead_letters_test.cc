// SPDX-License-Identifier: Apache-2.0
// Dead letters on DynamoDB beyond what every store promises: its sizes, its bulk writes, its items, what it costs.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/testing/cost.h>
#include <leftfold/testing/virtual_clock.h>

#include "dynamodb/attribute_forms.h"
#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/dead_letter_head.h"
#include "dynamodb/dead_letter_item.h"
#include "dynamodb/dead_letter_keys.h"
#include "dynamodb/dead_letter_trail.h"
#include "dynamodb/service.h"
#include "support/code_of.h"
#include "support/source_dir.h"
#include "testing/dead_letter_cases.h"

namespace leftfold {
namespace {

using namespace std::chrono_literals;
using Removed = DeadLetterStore::Removed;
using test_dynamodb::TestTables;
using test_support::code_of;
using testing::failed_letter;
using testing::follower_letter;
using testing::key_at;
using testing::kLease;
using testing::kMail;

const ChangedBy kAnn{"ann", "the product is gone"};

std::string noise(std::size_t bytes) {
  std::mt19937_64 random{7};
  std::string text;
  while (text.size() < bytes) text += static_cast<char>(random());
  return text;
}

std::vector<DeadLetter> letters_from(const std::string& sequence, std::int64_t first, std::int64_t behind) {
  std::vector<DeadLetter> letters;
  for (std::int64_t version = first; version < behind; ++version) {
    letters.push_back(follower_letter(sequence, version));
  }
  return letters;
}

class DynamoDbLetters : public ::testing::Test {
 protected:
  struct Raw {
    explicit Raw(const DynamoDbOptions& options)
        : transport{dynamodb::connect(options)}, client{*transport, dynamodb::client_options(options)} {}
    std::unique_ptr<dynamodb::Transport> transport;
    dynamodb::Client client;
  };
  [[nodiscard]] DynamoDbOptions options() {
    DynamoDbOptions all = tables.options();
    all.clock = &clock;
    return all;
  }
  [[nodiscard]] std::string second_table() const { return store.options().second_table; }
  /// How many items the second table has.
  [[nodiscard]] std::size_t items() {
    dynamodb::ScanRequest scan;
    scan.table = second_table();
    scan.consistency = dynamodb::Consistency::consistent;
    std::size_t number = 0;
    do {
      dynamodb::ItemPage page = raw.client.scan(scan);
      number += page.items.size();
      scan.after = std::move(page.last_key);
    } while (!scan.after.empty());
    return number;
  }
  void overwrite(dynamodb::Item item) {
    ASSERT_TRUE(raw.client.write({dynamodb::ItemWrite::Kind::put, second_table(), std::move(item), {}, {}}).applied);
  }
  [[nodiscard]] std::vector<std::int64_t> versions(const std::string& sequence) {
    std::vector<std::int64_t> all;
    for (const DeadLetter& letter : testing::letters_of(letters, sequence)) all.push_back(letter.event.version.value());
    return all;
  }
  [[nodiscard]] static std::vector<std::int64_t> numbers(std::int64_t behind) {
    std::vector<std::int64_t> all;
    for (std::int64_t n = 0; n < behind; ++n) all.push_back(n);
    return all;
  }

  const TestTables tables;
  testing::VirtualClock clock;
  DynamoDbStore store{options()};
  DeadLetterStore& letters = store.dead_letters();
  Raw raw{tables.options()};
  std::string text;
};

TEST_F(DynamoDbLetters, MoreLettersThanATransactionHoldsAreParkedInOneCall) {
  EXPECT_EQ(testing::park(letters, letters_from("a", 0, 250)), 250U);
  EXPECT_EQ(versions("a"), numbers(250));
  EXPECT_EQ(testing::find_sequence(letters, "a").letters, 250U);
  EXPECT_EQ(items(), 250U + 2U);  // the head, the subscription
  EXPECT_EQ(testing::park(letters, letters_from("a", 100, 420)), 170U);
  EXPECT_EQ(versions("a"), numbers(420));
  EXPECT_EQ(items(), 420U + 2U) << "the copies that nothing names any more are gone";
  const DeadLetterLimits limits{0, 500};
  EXPECT_EQ(code_of([&] { letters.park(kMail, letters_from("a", 420, 600), limits); }), Errc::storage_full);
  EXPECT_EQ(items(), 420U + 2U);

  const DeadLetterClaim claim = testing::must_claim(letters, "a");
  for (std::int64_t version = 0; version < 3; ++version) {
    testing::expect_removed(letters.evict(claim, key_at(version)), Removed::letter, "a letter");
  }
  EXPECT_EQ(letters.discard(claim, kAnn, "discard"), 417U);
  EXPECT_TRUE(letters.sequences(kMail).empty());
  EXPECT_FALSE(letters.park_behind(kMail, follower_letter("a", 420), {}));
  const std::vector<DeadLetterChange> last = letters.changes(kMail, "a", 400, 100);
  ASSERT_EQ(last.size(), 17U);
  EXPECT_EQ(last.back().before, R"({"n":419})");
  EXPECT_EQ(last.back().action, "discard");
}

TEST_F(DynamoDbLetters, AnImportOfManyLettersIsWhole) {
  testing::park(letters, {failed_letter("a", 0)});
  const DeadLetterClaim claim = testing::must_claim(letters, "a");
  std::vector<DeadLetter> all = letters_from("a", 0, 180);
  for (DeadLetter& letter : letters_from("b", 0, 70)) all.push_back(std::move(letter));
  EXPECT_EQ(letters.import_letters(kMail, all, kAnn), 249U);
  EXPECT_EQ(letters.import_letters(kMail, all, kAnn), 0U);
  EXPECT_EQ(versions("a"), numbers(180));
  EXPECT_EQ(versions("b"), numbers(70));
  EXPECT_TRUE(letters.renew(claim, kLease)) << "a claim goes on";
  EXPECT_EQ(letters.changes(kMail, "", 0, 1000).size(), 249U);
  EXPECT_EQ(letters.changes(kMail, "b", 60, 1000).size(), 10U);
  EXPECT_EQ(letters.changes(kMail, "b", 60, 1000).at(0).after, R"({"n":60})");
  // What the trail keeps is its own.
  testing::expect_removed(letters.evict(claim, key_at(0)), Removed::letter, "the first");
  EXPECT_TRUE(letters.edit(claim, key_at(1), "{}", kAnn));
  EXPECT_EQ(letters.changes(kMail, "a", 0, 1).at(0).after, R"({"n":1})");
  EXPECT_EQ(letters.changes(kMail, "a", 179, 5).at(0).before, R"({"n":1})");
}

TEST_F(DynamoDbLetters, WhoReadsMeanwhileSeesAllOfABulkOrNothing) {
  // Some servers are slow.
  const std::int64_t rounds = test_dynamodb::service_name() == "moto" ? 1 : 3;
  testing::park(letters, letters_from("a", 0, 60));
  std::atomic<bool> done{false};
  std::set<std::size_t> seen;
  bool gap = false;
  std::thread reader{[&] {
    DynamoDbStore other{tables.options()};
    for (bool last = false; !last;) {
      last = done;
      std::int64_t next = 0;
      const std::vector<DeadLetter> now = testing::letters_of(other.dead_letters(), "a");
      for (const DeadLetter& letter : now) gap = gap || letter.event.version.value() != next++;
      seen.insert(now.size());
    }
  }};
  for (std::int64_t more = 1; more <= rounds; ++more) testing::park(letters, letters_from("a", 0, 60 + more * 110));
  done = true;
  reader.join();
  EXPECT_FALSE(gap);
  for (const std::size_t size : seen) EXPECT_EQ((size - 60) % 110, 0U) << size;
  EXPECT_TRUE(seen.contains(static_cast<std::size_t>(60 + rounds * 110)));
}

TEST_F(DynamoDbLetters, MoreSequencesThanATransactionHoldsAreRefused) {
  std::vector<DeadLetter> many;
  for (int i = 0; i < 100; ++i) many.push_back(failed_letter("cart-" + std::to_string(i), 0));
  EXPECT_EQ(code_of([&] { testing::park(letters, many); }, &text), Errc::invalid_argument);
  EXPECT_NE(text.find("100 sequences at once"), std::string::npos) << text;
  EXPECT_EQ(items(), 0U);
  many.pop_back();
  EXPECT_EQ(testing::park(letters, many), 99U);
  EXPECT_EQ(letters.count({}).sequences, 99U);
}

TEST_F(DynamoDbLetters, LargeLettersAreKeptByteForByte) {
  // As large as an event of DynamoDB can be, as a message of Kafka is by default, and with both texts large.
  for (const std::size_t bytes : {std::size_t{390} * 1024, std::size_t{1'048'588}}) {
    DeadLetter letter = failed_letter("a", 5);
    letter.event.payload = noise(bytes);
    letter.event.type = std::string(5000, 't');
    DeadLetter next = follower_letter("a", 6);
    next.event.payload = noise(200'000);
    next.event.metadata = noise(190'000);
    EXPECT_EQ(testing::park(letters, {letter, next}), 2U);
    testing::expect_same_letter(testing::letters_of(letters, "a").at(0), letter);
    testing::expect_same_letter(letters.letters(kMail, "a", key_at(5), 1).at(0), next);
    EXPECT_EQ(testing::find_sequence(letters, "a").event_type, std::string(kMaxErrorBytes, 't'));
    DeadLetterFilter filter;
    filter.event_type = letter.event.type;
    EXPECT_EQ(letters.count(filter).letters, 2U);

    const DeadLetterClaim claim = testing::must_claim(letters, "a");
    const std::string edited = noise(bytes + 1).substr(1);
    EXPECT_TRUE(letters.edit(claim, key_at(5), edited, kAnn));
    EXPECT_EQ(testing::letters_of(letters, "a").at(0).event.payload, edited);
    testing::expect_removed(letters.skip(claim, key_at(5), kAnn), Removed::letter, "skipped");
    testing::expect_removed(letters.evict(claim, key_at(6)), Removed::sequence, "the last");
    const std::vector<DeadLetterChange> changes = letters.changes(kMail, "a", 0, 10);
    ASSERT_GE(changes.size(), 2U);
    EXPECT_EQ(changes[changes.size() - 2].before, letter.event.payload);
    EXPECT_EQ(changes[changes.size() - 2].after, edited);
    EXPECT_EQ(changes.back().before, edited);
  }
  DeadLetter shrunk = failed_letter("b", 1);
  shrunk.event.payload = noise(1'000'000);
  testing::park(letters, {shrunk});
  const DeadLetterClaim claim = testing::must_claim(letters, "b");
  const std::size_t before = items();
  EXPECT_TRUE(letters.edit(claim, key_at(1), "{}", kAnn));
  EXPECT_EQ(items(), before - 2 + 3 + 1 + 1) << "its parts are gone; there are copies of both, and a line of the trail";
  testing::expect_removed(letters.evict(claim, key_at(1)), Removed::sequence, "the last");
}

TEST_F(DynamoDbLetters, WhatIsTooLargeIsRefusedBeforeAnythingIsStored) {
  DeadLetter large = failed_letter("b", 5);
  large.event.payload = noise(1'400'000);
  EXPECT_EQ(code_of([&] { testing::park(letters, {failed_letter("a", 1), large}); }, &text), Errc::invalid_argument);
  EXPECT_NE(text.find(large.event.id.to_string()), std::string::npos) << text;
  EXPECT_NE(text.find("1310720"), std::string::npos) << text;
  EXPECT_EQ(items(), 0U);
  testing::park(letters, {failed_letter("a", 1)});
  const DeadLetterClaim claim = testing::must_claim(letters, "a");
  EXPECT_EQ(code_of([&] { (void)letters.edit(claim, key_at(1), large.event.payload, kAnn); }), Errc::invalid_argument);
  large.event.payload = std::string(65 * 1024 * 1024, 'x');
  EXPECT_EQ(code_of([&] { testing::park(letters, {large}); }), Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)letters.sequences("shop.\xff"); }, &text), Errc::invalid_argument);
  EXPECT_EQ(items(), 3U);
}

TEST_F(DynamoDbLetters, ANewcomerWaitsForTheLeaseItSees) {
  testing::park(letters, {failed_letter("a", 5), follower_letter("a", 6)});
  const DeadLetterClaim dead = testing::must_claim(letters, "a");  // of a process that says no more
  clock.advance(10 * kLease);
  DynamoDbStore other{options()};
  EXPECT_FALSE(other.dead_letters().claim(kMail, "a", "host-2:1", kLease));
  clock.advance(kLease - 1ms);
  EXPECT_FALSE(other.dead_letters().claim(kMail, "a", "host-2:1", kLease));
  EXPECT_TRUE(testing::find_sequence(other.dead_letters(), "a").claimed_by);
  // A wall clock that jumps means nothing.
  clock.set_now(clock.now() + 24h);
  EXPECT_FALSE(other.dead_letters().claim(kMail, "a", "host-2:1", kLease));
  clock.advance(1ms);
  EXPECT_FALSE(testing::find_sequence(other.dead_letters(), "a").claimed_by);
  const auto won = other.dead_letters().claim(kMail, "a", "host-2:1", kLease);
  ASSERT_TRUE(won);
  EXPECT_FALSE(letters.renew(dead, kLease));
  testing::expect_removed(letters.evict(dead, key_at(5)), Removed::refused, "with the older claim");
  testing::expect_removed(other.dead_letters().evict(*won, key_at(5)), Removed::letter, "with the new one");
}

TEST_F(DynamoDbLetters, GarbageAmongTheItemsIsCorruptAndNamed) {
  using dynamodb::number;
  testing::park(letters, {failed_letter("a", 5), follower_letter("a", 6)});
  const DeadLetterClaim claim = testing::must_claim(letters, "a");
  const dynamodb::Item head = *raw.client.get(second_table(), dynamodb::head_key(kMail, "a")).item;
  const Uuid shelf = *dynamodb::find_uuid(head, "shelf");

  dynamodb::Item broken = head;
  std::erase_if(broken, [](const dynamodb::Attribute& each) { return each.name == "letters"; });
  overwrite(broken);
  EXPECT_EQ(code_of([&] { (void)letters.sequences(kMail); }, &text), Errc::corrupt);
  EXPECT_NE(text.find("id#a"), std::string::npos) << text;
  EXPECT_EQ(code_of([&] { (void)letters.list({}, 0, 10); }), Errc::corrupt);
  EXPECT_EQ(code_of([&] { testing::park(letters, {follower_letter("a", 7)}); }), Errc::corrupt);
  EXPECT_EQ(code_of([&] { (void)letters.park_behind(kMail, follower_letter("a", 7), {}); }), Errc::corrupt);
  EXPECT_EQ(code_of([&] { (void)letters.claim(kMail, "a", "host-2:1", kLease); }), Errc::corrupt);
  EXPECT_EQ(code_of([&] { (void)letters.evict(claim, key_at(5)); }), Errc::corrupt);
  overwrite(head);

  // A letter that is gone, and one that is none.
  const auto letter_key = [&](std::int64_t version) {
    return dynamodb::Item{{"k", dynamodb::letters_of(shelf)}, {"s", dynamodb::place_of(key_at(version))}};
  };
  const dynamodb::Item second = *raw.client.get(second_table(), letter_key(6)).item;
  ASSERT_TRUE(raw.client.write({dynamodb::ItemWrite::Kind::remove, second_table(), letter_key(6), {}, {}}).applied);
  EXPECT_EQ(code_of([&] { (void)letters.evict(claim, key_at(5)); }, &text), Errc::corrupt);
  dynamodb::Item garbage = letter_key(6);
  garbage.push_back({"eventId", "not bytes"});
  overwrite(garbage);
  EXPECT_EQ(code_of([&] { (void)testing::letters_of(letters, "a"); }, &text), Errc::corrupt);
  EXPECT_NE(text.find(dynamodb::place_of(key_at(6))), std::string::npos) << text;
  EXPECT_EQ(code_of([&] { (void)letters.edit(claim, key_at(6), "{}", kAnn); }), Errc::corrupt);
  overwrite(second);
  // Without its first letter a sequence must not look as if it began with the second one.
  const dynamodb::Item first = *raw.client.get(second_table(), letter_key(5)).item;
  ASSERT_TRUE(raw.client.write({dynamodb::ItemWrite::Kind::remove, second_table(), letter_key(5), {}, {}}).applied);
  EXPECT_EQ(code_of([&] { (void)testing::letters_of(letters, "a"); }, &text), Errc::corrupt);
  EXPECT_NE(text.find(dynamodb::place_of(key_at(5))), std::string::npos) << text;
  overwrite(first);
  testing::expect_removed(letters.skip(claim, key_at(5), kAnn), Removed::letter, "restored");

  overwrite({{"k", dynamodb::changes_of(kMail)}, {"s", "no line"}, {"at", number(std::int64_t{1})}});
  EXPECT_EQ(code_of([&] { (void)letters.changes(kMail, "", 0, 10); }, &text), Errc::corrupt);
  EXPECT_NE(text.find("no line"), std::string::npos) << text;
}

TEST_F(DynamoDbLetters, CostLittleWhenThereAreNone) {
  if (test_dynamodb::service_name() == "moto") GTEST_SKIP() << "it reports no sizes: every request costs the same";
  using namespace testing;
  DeadLetterFilter filter;
  filter.subscription = kMail;
  filter.retry_due = clock.now();
  // What a Runner asks in each look: what is due, and how many there are.
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] { (void)letters.list(filter, 0, 16); });
  filter.retry_due.reset();
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] { (void)letters.count(filter); });
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] { (void)letters.sequences(kMail); });

  costs_at_most(write_units{6}, read_units{1}).check(store, [&] { park(letters, {failed_letter("a", 5)}); });
  costs_at_most(write_units{4}, read_units{2}).check(store, [&] {
    EXPECT_TRUE(letters.park_behind(kMail, follower_letter("a", 6), {}));
  });
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] {
    EXPECT_FALSE(letters.park_behind(kMail, follower_letter("b", 6), {}));
  });
  std::optional<DeadLetterClaim> claim;
  costs_at_most(write_units{1}, read_units{0}).check(store, [&] { claim = must_claim(letters, "a"); });
  costs_at_most(write_units{1}, read_units{0}).check(store, [&] { EXPECT_TRUE(letters.renew(*claim, kLease)); });
  costs_at_most(write_units{0}, read_units{3}).check(store, [&] { (void)letters_of(letters, "a"); });
  costs_at_most(write_units{4}, read_units{2}).check(store, [&] { (void)letters.evict(*claim, key_at(5)); });
  costs_at_most(write_units{6}, read_units{1}).check(store, [&] { (void)letters.evict(*claim, key_at(6)); });
}

TEST(DynamoDbLettersPage, ItsItemsAreWhatTheCodeWrites) {
  std::ifstream file{test_support::source_dir() / "docs/stores/dynamodb.md"};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  const auto shown = [&](const dynamodb::Item& item) {
    std::string lines;
    for (const dynamodb::Attribute& attribute : item) lines += test_dynamodb::attribute_line(attribute);
    EXPECT_NE(page.find("```text\n" + lines + "```"), page.npos) << lines;
  };
  const Timestamp at{std::chrono::milliseconds{1'714'564'800'000}};
  const auto id = [](int number) {
    return *Uuid::parse("018f3406-9000-7000-8000-00000000000" + std::to_string(number));
  };
  DeadLetter letter;
  letter.sequence = letter.event.aggregate_id = "cart-42";
  letter.event.id = id(2);
  letter.event.commit_id = id(1);
  letter.event.version = Version{1};
  letter.event.position = Position{17};
  letter.event.commit_pos = 1;
  letter.event.commit_size = 2;
  letter.event.committed_at = at;
  letter.event.type = "CartCheckedOut";
  letter.event.payload = "{}";
  letter.event.metadata = R"({"user":"ann"})";
  letter.error_type = "shop::NoAddress";
  letter.error_message = "ann has no address";
  letter.attempts = 1;
  letter.first_failed_at = letter.parked_at = at + 5s;
  letter.node = "shop-1:4711";
  dynamodb::DeadHead head;
  head.subscription = "example-group.SendReceipt";
  head.sequence = "cart-42";
  head.shelf = id(3);
  head.write_id = id(4);
  head.letters = 1;
  head.revision = 2;
  head.parked_at = head.changed_at = at + 5s;
  head.retry_at = at + 60s;
  head.first = dynamodb::first_of(letter, 1);
  head.claim = dynamodb::HeldClaim{id(5), "shop-2:812", 30s, 1};
  dynamodb::Item registry = dynamodb::registry_key(head.subscription);
  registry.push_back({"sequences", dynamodb::number(std::int64_t{1})});
  shown(registry);
  shown(dynamodb::head_item(head));
  shown(dynamodb::letter_items(head.shelf, letter, letter.parked_at).at(0));
  shown(dynamodb::trail_item(head.subscription,
                             {id(6), at + 90s, "cart-42", "discard", {"bob", "the order is cancelled"}, 1, id(3), {}}));
}

}  // namespace
}  // namespace leftfold
