// SPDX-License-Identifier: Apache-2.0
// How a snapshot lies in its item, and what becomes of a damaged one.
#include "dynamodb/snapshots.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include <leftfold/error.h>

namespace leftfold::dynamodb {
namespace {

StoredSnapshot cart(std::string state) {
  return {"cart-1", "Cart/1", Version{41}, std::move(state), Timestamp{std::chrono::milliseconds{1'900'000'000'000}}};
}

AttributeValue& attribute(Item& item, std::string_view name) {
  for (Attribute& each : item) {
    if (each.name == name) return each.value;
  }
  throw std::logic_error{"the item has no " + std::string{name}};
}

std::string why_corrupt(const Item& item) {
  try {
    (void)read_snapshot("cart-1", "Cart/1", item);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::corrupt);
    return error.what();
  }
  return "nothing was thrown";
}

TEST(SnapshotItem, has_its_names_and_comes_back) {
  const Item item = snapshot_item(cart(R"({"n":1})"));
  EXPECT_EQ(*find_text(item, "k"), "snapshot#cart-1");
  EXPECT_EQ(*find_text(item, "s"), "Cart/1");
  EXPECT_EQ(find_integer(item, "version"), 41);
  EXPECT_EQ(find_integer(item, "size"), 7);
  const StoredSnapshot back = read_snapshot("cart-1", "Cart/1", item);
  EXPECT_EQ(back.state, R"({"n":1})");
  EXPECT_EQ(back.version, Version{41});
  EXPECT_EQ(back.taken_at, cart("").taken_at);
}

TEST(SnapshotItem, holds_several_times_the_limit_of_an_item_as_long_as_it_deflates) {
  EXPECT_LT(item_size(snapshot_item(cart(std::string(4'000'000, 'x')))), kMaxItemBytes);
  std::mt19937_64 random{7};
  std::string noise;
  while (noise.size() < 500'000) noise += static_cast<char>(random());
  try {
    (void)snapshot_item(cart(noise));
    FAIL() << "half a megabyte of noise fits no item";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    EXPECT_NE(std::string{error.what()}.find("cart-1"), std::string::npos) << error.what();
  }
}

TEST(SnapshotItem, a_damaged_one_is_told_from_a_whole_one) {
  const Item whole = snapshot_item(cart(std::string(1000, 'x')));
  for (const char* name : {"version", "takenAt", "size", "state"}) {
    Item item = whole;
    std::erase_if(item, [&](const Attribute& each) { return each.name == name; });
    EXPECT_NE(why_corrupt(item).find("cannot be read"), std::string::npos) << name;
  }
  Item item = whole;
  attribute(item, "size") = number(999);
  EXPECT_NE(why_corrupt(item).find("cart-1"), std::string::npos);
  attribute(item, "size") = number(std::int64_t{1} << 40);
  EXPECT_NE(why_corrupt(item).find("cart-1"), std::string::npos);
  attribute(item, "size") = number(-1);
  EXPECT_NE(why_corrupt(item).find("cart-1"), std::string::npos);
  const Bytes bytes = *find_bytes(whole, "state");
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Bytes changed = bytes;
    changed[at] ^= std::byte{0x10};
    Item damaged = whole;
    attribute(damaged, "state") = changed;
    try {
      EXPECT_EQ(read_snapshot("cart-1", "Cart/1", damaged).state, std::string(1000, 'x')) << at;  // a bit of no meaning
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::corrupt) << at;
    }
  }
}

}  // namespace
}  // namespace leftfold::dynamodb
