// SPDX-License-Identifier: Apache-2.0
// Events outlive the structs that wrote them.
#include "unit/json/types.h"

using namespace leftfold;
using namespace json_test;

TEST(JsonEvolution, a_missing_field_has_its_default) {
  const auto order = from_json<Order>("{}");
  EXPECT_EQ(order.quantity, 1);
  EXPECT_EQ(order.maybe, 7);
  EXPECT_EQ(order.three, (std::array{1, 2, 3}));
  EXPECT_EQ(order.color, Color::red);
  const auto nested = from_json<std::vector<Price>>(R"([{"cents":5},{"currency":"USD"}])");
  EXPECT_EQ(nested[0].currency, "EUR");
  EXPECT_EQ(nested[1].cents, 0);
}

TEST(JsonEvolution, an_unknown_field_is_ignored) {
  const auto order = from_json<Order>(
      R"({"new":{"a":[1,2.5,{"b":null}],"c":"\u00fc\"}"},"id":"x","":0,"i":1,"idx":2,)"
      R"("quantity ":3,"quantity":4,"last":false})");
  EXPECT_EQ(order.id, "x");
  EXPECT_EQ(order.quantity, 4);
}

TEST(JsonEvolution, fields_come_in_any_order) {
  const auto order = from_json<Order>(R"({"color":"blue","quantity":4,"items":[{"tags":["t"],"name":"n"}],"id":"x"})");
  EXPECT_EQ(order.color, Color::blue);
  EXPECT_EQ(order.quantity, 4);
  EXPECT_EQ(order.items.at(0).name, "n");
  EXPECT_EQ(order.items.at(0).tags.at(0), "t");
  EXPECT_EQ(order.id, "x");
}

TEST(JsonEvolution, a_name_may_be_written_with_escapes) {
  EXPECT_EQ(from_json<Order>(R"({"\u0069d":"x"})").id, "x");
  EXPECT_EQ(from_json<Order>(R"({"color":"bl\u0075e"})").color, Color::blue);
}

TEST(JsonEvolution, null_empties_an_optional_and_absence_leaves_its_default) {
  EXPECT_EQ(from_json<Order>(R"({"maybe":null})").maybe, std::nullopt);
  EXPECT_EQ(from_json<Order>(R"({})").maybe, 7);
}

TEST(JsonEvolution, read_json_keeps_what_the_text_lacks) {
  Order order;
  order.id = "kept";
  order.items.resize(3);
  order.counts = {{"old", 1}};
  order.payment = Card{"4111"};
  read_json(R"({"quantity":9,"counts":{"new":2}})", order);
  EXPECT_EQ(order.id, "kept");
  EXPECT_EQ(order.quantity, 9);
  EXPECT_EQ(order.items.size(), 3U);
  EXPECT_EQ(order.counts, (std::map<std::string, int>{{"new", 2}}));
  EXPECT_EQ(std::get<Card>(order.payment).number, "4111");
  read_json(R"({"items":[{}]})", order);
  EXPECT_EQ(order.items.size(), 1U);
}

namespace {
struct Outer {
  Price price{100, "CHF"};
};
}  // namespace

TEST(JsonEvolution, a_nested_struct_keeps_the_defaults_of_its_owner) {
  const auto outer = from_json<Outer>(R"({"price":{"cents":5}})");
  EXPECT_EQ(outer.price.cents, 5);
  EXPECT_EQ(outer.price.currency, "CHF");
}
