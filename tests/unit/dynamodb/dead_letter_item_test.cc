// SPDX-License-Identifier: Apache-2.0
// How dead letters lie in items: keys that sort, letters that come back, what is damaged.
#include "dynamodb/dead_letter_item.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <leftfold/error.h>

#include "dynamodb/append_marker.h"
#include "dynamodb/dead_letter_head.h"
#include "dynamodb/dead_letter_keys.h"
#include "dynamodb/dead_letter_trail.h"
#include "support/code_of.h"
#include "testing/dead_letter_cases.h"

namespace leftfold::dynamodb {
namespace {

using test_support::code_of;

const Uuid kShelfId = *Uuid::parse("018f3406-9000-7000-8000-000000000001");
constexpr Timestamp kNow{std::chrono::milliseconds{1'714'564'800'000}};

std::vector<LetterKey> keys_in_order() {
  using Long = std::numeric_limits<std::int64_t>;
  using Short = std::numeric_limits<std::int32_t>;
  std::vector<LetterKey> keys;
  for (const std::int64_t position :
       {Long::min(), std::int64_t{0}, std::int64_t{255}, std::int64_t{256}, Long::max()}) {
    for (const std::int32_t partition : {Short::min(), -1, 0, 1, 15, 16, Short::max()}) {
      for (const std::int64_t version :
           {std::int64_t{-1}, std::int64_t{0}, std::int64_t{9}, std::int64_t{10}, Long::max()}) {
        keys.push_back({Version{version}, partition, Position{position}});
      }
    }
  }
  std::ranges::sort(keys);
  return keys;
}

std::string noise(std::size_t bytes) {
  std::mt19937_64 random{7};
  std::string text;
  while (text.size() < bytes) text += static_cast<char>(random());
  return text;
}

template <class Read>
void expect_corrupt_without(const Item& whole, std::initializer_list<const char*> names, Read read) {
  for (const char* name : names) {
    Item item = whole;
    std::erase_if(item, [&](const Attribute& each) { return each.name == name; });
    ASSERT_NE(item.size(), whole.size()) << name;
    EXPECT_EQ(code_of([&] { read(item); }), Errc::corrupt) << name;
    item = whole;
    for (Attribute& each : item) {
      if (each.name == name) each.value = true;
    }
    EXPECT_EQ(code_of([&] { read(item); }), Errc::corrupt) << name << " of another type";
  }
}

TEST(DeadLetterKeys, SortAsTheirTextsDo) {
  std::string last;
  for (const LetterKey& key : keys_in_order()) {
    const std::string place = place_of(key);
    EXPECT_LT(last, place);
    EXPECT_EQ(read_place(place), key);
    EXPECT_LT(place, part_place(place, 1));
    EXPECT_LT(part_place(place, 3), behind_place(place));
    EXPECT_EQ(place_in(part_place(place, 2)), place);
    last = behind_place(place);
  }
}

TEST(DeadLetterKeys, OtherTextsAreNoPlaces) {
  const std::string place = place_of({Version{5}, 0, Position{0}});
  EXPECT_EQ(place, "8000000000000005-80000000-8000000000000000");
  for (const std::string& text :
       {std::string{}, place.substr(1), place + "0", std::string(place.size(), 'x'),
        "8000000000000005-8000000A" + place.substr(25), "+" + place.substr(1), part_place(place, 1)}) {
    EXPECT_FALSE(read_place(text)) << text;
  }
}

TEST(DeadLetterKeys, EveryIdHasAPlaceOfItsOwn) {
  const auto place = [](const std::string& id) { return *find_text(head_key("shop.Mail", id), kSort); };
  EXPECT_EQ(place("cart-42"), "id#cart-42");
  EXPECT_EQ(place("sha256#x"), "id#sha256#x");
  EXPECT_EQ(place(std::string(1021, 'x')).size(), 1024U);
  for (const std::string& id :
       {std::string(1022, 'x'), std::string("a\0b", 3), std::string("\xff"), std::string("a\n")}) {
    EXPECT_TRUE(place(id).starts_with("sha256#")) << id;
    EXPECT_EQ(place(id).size(), 7U + 64U);
  }
  EXPECT_NE(place("a\n"), place("b\n"));
  for (const std::string& name : {std::string{}, std::string("\xff"), std::string(1025, 'x')}) {
    EXPECT_EQ(code_of([&] { (void)heads_of(name); }), Errc::invalid_argument) << name;
  }
}

TEST(DeadLetterItem, LargeOnesGoOnInFurtherItems) {
  DeadLetter letter = testing::failed_letter("a", 5);
  letter.event.payload = noise(1'000'000);
  const std::vector<Item> items = letter_items(kShelfId, letter, kNow);
  ASSERT_EQ(items.size(), 3U);
  for (const Item& item : items) EXPECT_LE(item_size(item), kMaxItemBytes);
  EXPECT_EQ(items_in_all(items[0]), 3U);
  EXPECT_EQ(read_first_letter(items[0]).event_type, "CartCheckedOut");
  testing::expect_same_letter(read_letter("a", items), letter);

  const auto corrupt = [](std::vector<Item> changed) {
    return code_of([&] { (void)read_letter("a", changed); }) == Errc::corrupt;
  };
  EXPECT_TRUE(corrupt({items[0], items[1]}));
  EXPECT_TRUE(corrupt({items[0], items[2], items[1]}));
  std::vector<Item> damaged = items;
  for (Attribute& each : damaged[1]) {
    if (each.name == "deflated") std::get<Bytes>(each.value.held)[1000] ^= std::byte{1};
  }
  EXPECT_TRUE(corrupt(damaged));
  for (const List& sizes :
       {List{}, List{number(std::int64_t{1})},
        List{number(std::int64_t{-1}), number(std::int64_t{1}), number(std::int64_t{1}), number(std::int64_t{1})},
        List{number(std::int64_t{1} << 40), number(std::int64_t{1}), number(std::int64_t{1}),
             number(std::int64_t{1})}}) {
    damaged = items;
    for (Attribute& each : damaged[0]) {
      if (each.name == "sizes") each.value = sizes;
    }
    EXPECT_TRUE(corrupt(damaged));
  }
}

TEST(DeadLetterItem, ADamagedOneIsToldFromAWholeOne) {
  DeadLetter letter = testing::failed_letter("a", 5);
  const std::vector<Item> whole = letter_items(kShelfId, letter, kNow);
  ASSERT_EQ(whole.size(), 1U);
  testing::expect_same_letter(read_letter("a", whole), letter);
  EXPECT_EQ(read_letter("a", whole).parked_at, kNow);
  expect_corrupt_without(
      whole[0],
      {"s", "eventId", "partition", "position", "committedAt", "schemaVersion", "commitId", "commitPos", "commitSize",
       "reason", "failure", "attempts", "redrives", "firstFailedAt", "parkedAt"},
      [](const Item& item) { (void)read_letter("a", {item}); });
  expect_corrupt_without(whole[0], {"s", "reason", "failure", "redrives"},
                         [](const Item& item) { (void)read_first_letter(item); });
}

TEST(DeadLetterItem, TooLargeOnesAreRefused) {
  std::string text;
  DeadLetter letter = testing::failed_letter("a", 5);
  letter.event.payload = noise(kMostDeflatedBytes + 1);
  EXPECT_EQ(code_of([&] { (void)letter_items(kShelfId, letter, kNow); }, &text), Errc::invalid_argument);
  EXPECT_NE(text.find(letter.event.id.to_string()), std::string::npos) << text;
  letter = testing::failed_letter("a", 5);
  letter.node = std::string(kMaxItemBytes, 'x');
  EXPECT_EQ(code_of([&] { (void)letter_items(kShelfId, letter, kNow); }), Errc::invalid_argument);
}

TEST(DeadLetterHead, ADamagedOneIsToldFromAWholeOne) {
  DeadHead head;
  head.subscription = "shop.Mail";
  head.sequence = "a";
  head.shelf = head.write_id = kShelfId;
  head.letters = 2;
  head.retry_at = kNow;
  head.first = first_of(testing::failed_letter("a", 5), 1);
  head.claim = HeldClaim{kShelfId, "host:1", std::chrono::milliseconds{30'000}, 3};
  const Item whole = head_item(head);
  const DeadHead back = read_head("shop.Mail", whole);
  EXPECT_EQ(back.retry_at, kNow);
  EXPECT_EQ(back.claim->renewals, 3);
  EXPECT_EQ(back.first.key, head.first.key);
  const auto read = [](const Item& item) { (void)read_head("shop.Mail", item); };
  expect_corrupt_without(whole,
                         {"s", "sequence", "shelf", "letters", "revision", "writeId", "parkedAt", "changedAt", "first",
                          "lease", "renewals"},
                         read);
  const Map& first = *find_map(whole, "first");
  expect_corrupt_without(first, {"letter", "reason", "failure", "redrives", "items"}, [&](const Map& broken) {
    Item item = whole;
    for (Attribute& each : item) {
      if (each.name == "first") each.value = broken;
    }
    read(item);
  });
  Item other = whole;
  for (Attribute& each : other) {
    if (each.name == "sequence") each.value = "b";
  }
  EXPECT_EQ(code_of([&] { read(other); }), Errc::corrupt) << "a sequence under another's key";
  head.letters = 0;
  EXPECT_EQ(code_of([&] { read(head_item(head)); }), Errc::corrupt);
}

TEST(DeadLetterTrail, ADamagedLineIsToldFromAWholeOne) {
  TrailLine line{kShelfId, kNow, "a", "skip", {"ann", "because"}, 1, kShelfId, std::nullopt};
  const Item whole = trail_item("shop.Mail", line);
  EXPECT_EQ(read_trail_line("shop.Mail", whole).before, kShelfId);
  expect_corrupt_without(whole, {"s", "at", "action", "letters", "before"},
                         [](const Item& item) { (void)read_trail_line("shop.Mail", item); });
}

}  // namespace
}  // namespace leftfold::dynamodb
