// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <limits>

#include "unit/json/types.h"

using namespace leftfold;
using namespace json_test;

namespace {

template <class Integer>
void expect_limits() {
  using Limits = std::numeric_limits<Integer>;
  for (const Integer value : {Limits::min(), Limits::max(), Integer{0}, Integer{1}}) {
    EXPECT_EQ(to_json(value), std::to_string(value));
    EXPECT_EQ(from_json<Integer>(std::to_string(value)), value);
  }
  const std::string too_big = Limits::max() == std::numeric_limits<std::uint64_t>::max()
                                  ? "18446744073709551616"
                                  : std::to_string(static_cast<std::uint64_t>(Limits::max()) + 1);
  EXPECT_EQ(read_error<Integer>(too_big).path(), "$");
  std::string too_small = "-1";
  if constexpr (std::is_signed_v<Integer>) {
    too_small = "-" + std::to_string(static_cast<std::uint64_t>(Limits::max()) + 2);
  }
  EXPECT_EQ(read_error<Integer>(too_small).path(), "$");
  for (const char* text :
       {"1.5", "1.0", "1e2", "1E0", "\"1\"", "true", "null", "[1]", "{}", "99999999999999999999999"}) {
    expect_says(read_error<Integer>(text), "$", "expected a whole number from " + std::to_string(Limits::min()));
  }
  EXPECT_EQ(from_json<Integer>("-0"), 0);
}

}  // namespace

TEST(JsonRoundTrip, integers_of_every_width_keep_every_value) {
  expect_limits<std::int8_t>();
  expect_limits<std::int16_t>();
  expect_limits<std::int32_t>();
  expect_limits<std::int64_t>();
  expect_limits<std::uint8_t>();
  expect_limits<std::uint16_t>();
  expect_limits<std::uint32_t>();
  expect_limits<std::uint64_t>();
  expect_limits<long long>();
  expect_limits<unsigned long long>();
}

TEST(JsonRoundTrip, doubles_are_the_shortest_text_that_reads_back) {
  expect_round_trip(0.1, "0.1");
  expect_round_trip(5.0, "5");
  expect_round_trip(-0.0, "-0");
  expect_round_trip(1e300, "1e+300");
  expect_round_trip(5e-324, "5e-324");
  expect_round_trip(2.2250738585072014e-308, "2.2250738585072014e-308");
  expect_round_trip(std::numeric_limits<double>::max(), "1.7976931348623157e+308");
  expect_round_trip(9007199254740993.0, "9007199254740992");
  EXPECT_TRUE(std::signbit(from_json<double>("-0.0")));
  EXPECT_EQ(from_json<double>("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(from_json<double>("100000000000000000000"), 1e20);
  EXPECT_EQ(from_json<double>("123456789012345678901234567890"), 123456789012345678901234567890.0);
  EXPECT_EQ(from_json<double>("1e-400"), 0.0);
  EXPECT_EQ(from_json<double>("2.4703282292062328e-324"), 5e-324);
}

TEST(JsonRoundTrip, floats_are_rounded_once) {
  expect_round_trip(0.1F, "0.1");
  expect_round_trip(std::numeric_limits<float>::max(), "3.4028235e+38");
  expect_round_trip(std::numeric_limits<float>::denorm_min(), "1e-45");
  // Just above the middle of 1 and its successor: nearer to the successor, but the nearest double is the middle.
  EXPECT_EQ(from_json<float>("1.00000005960464477540"), std::nextafter(1.0F, 2.0F));
  EXPECT_EQ(from_json<float>("1e-60"), 0.0F);
  expect_says(read_error<float>("1e39"), "$", "expected a number that fits a float, found the number 1e39");
}

TEST(JsonRoundTrip, every_float_pattern_reads_back) {
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 65537) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(from_json<float>(to_json(value))), bits) << to_json(value);
  }
}

TEST(JsonRoundTrip, strings_are_escaped) {
  expect_round_trip(std::string{""}, R"("")");
  expect_round_trip(std::string{"a\"b\\c/\b\f\n\r\t\x01\x1f\x7f"}, "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
  expect_round_trip(std::string("nul\0byte", 8), R"("nul\u0000byte")");
  expect_round_trip(std::string{"grün € 🍐"}, "\"grün € 🍐\"");
  EXPECT_EQ(from_json<std::string>(R"("\u00fc\u20ac\ud83c\udf50\/")"), "ü€🍐/");
}

TEST(JsonRoundTrip, an_escape_is_right_at_every_place_of_a_string) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'"', '\\', '\n', '\x02', '\x1f', ' ', '\x7f'}) {
        std::string text(size, 'x');
        text[at] = c;
        ASSERT_EQ(from_json<std::string>(to_json(text)), text) << size << " " << at << " " << static_cast<int>(c);
      }
    }
  }
}

TEST(JsonRoundTrip, containers) {
  expect_round_trip(std::vector<int>{}, "[]");
  expect_round_trip(std::vector<int>{1, 2}, "[1,2]");
  expect_round_trip(std::vector<bool>{true, false}, "[true,false]");
  expect_round_trip(std::vector<std::vector<std::string>>{{"a"}, {}}, R"([["a"],[]])");
  expect_round_trip(std::array<double, 2>{1.5, 2}, "[1.5,2]");
  expect_round_trip(std::array<int, 0>{}, "[]");
  expect_round_trip(std::map<std::string, std::string>{{"b", "2"}, {"a\n", "1"}}, R"({"a\n":"1","b":"2"})");
  expect_round_trip(std::unordered_map<std::string, int>{{"a", 1}}, R"({"a":1})");
  expect_round_trip(std::map<Color, int>{{Color::green, 1}}, R"({"green":1})");
  expect_round_trip(std::map<Uuid, int>{{Uuid{}, 1}}, R"({"00000000-0000-0000-0000-000000000000":1})");
  expect_round_trip(std::set<std::string>{"b", "a"}, R"(["a","b"])");
  expect_round_trip(std::unordered_set<int>{5}, "[5]");
  EXPECT_EQ(from_json<std::set<int>>("[2,1,2]"), (std::set<int>{1, 2}));
}

TEST(JsonRoundTrip, optionals_are_null_when_empty) {
  expect_round_trip(std::optional<int>{}, "null");
  expect_round_trip(std::optional<int>{5}, "5");
  expect_round_trip(std::optional<std::vector<bool>>{{true}}, "[true]");
  Order order;
  order.maybe.reset();
  EXPECT_FALSE(from_json<Order>(to_json(order)).maybe.has_value());
}

TEST(JsonRoundTrip, enums_go_by_name) {
  expect_round_trip(Color::red, R"("red")");
  expect_round_trip(Color::blue, R"("blue")");
}

TEST(JsonRoundTrip, variants_are_tagged_by_their_type) {
  using Payment = decltype(Order::payment);
  expect_round_trip(Payment{}, "null");
  expect_round_trip(Payment{Card{"4111"}}, R"({"Card":{"number":"4111"}})");
  expect_round_trip(Payment{Cash{}}, R"({"Cash":{}})");
  expect_round_trip(Payment{5}, R"({"int32":5})");
  expect_round_trip(Payment{"x"}, R"({"string":"x"})");
  expect_round_trip(std::variant<bool, double, float, std::uint8_t, Color, Uuid>{true}, R"({"bool":true})");
  expect_round_trip(std::variant<bool, double, float, std::uint8_t, Color, Uuid>{Color::red}, R"({"Color":"red"})");
}

TEST(JsonRoundTrip, leftfold_values) {
  expect_round_trip(Version{5}, "5");
  expect_round_trip(Version{}, "-1");
  expect_round_trip(Position{std::numeric_limits<std::int64_t>::max()}, "9223372036854775807");
  expect_round_trip(*Uuid::parse("0190a6f2-1111-7abc-8def-0123456789ab"), R"("0190a6f2-1111-7abc-8def-0123456789ab")");
}

TEST(JsonRoundTrip, bytes_are_base64) {
  // RFC 4648 section 10.
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [raw, text] : vectors) {
    Bytes bytes;
    for (const char c : raw) bytes.push_back(static_cast<std::byte>(c));
    expect_round_trip(bytes, '"' + std::string{text} + '"');
    EXPECT_EQ(from_json<Bytes>('"' + std::string{text} + '"'), bytes);
  }
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm 9", "Zg==Zg==", "Zm-_"}) {
    expect_says(read_error<Bytes>('"' + std::string{text} + '"'), "$", "expected base64 text");
  }
}

TEST(JsonRoundTrip, structs_keep_the_order_of_declaration) {
  Order order;
  order.id = "o1";
  order.items = {{"pear", 1.5, {"a", "b"}}, {}};
  order.counts = {{"x", 1}};
  order.payment = Price{5, "USD"};
  expect_round_trip(order, R"({"id":"o1","quantity":1,"items":[{"name":"pear","price":1.5,"tags":["a","b"]},)"
                           R"({"name":"","price":0,"tags":[]}],"counts":{"x":1},"maybe":7,)"
                           R"("payment":{"Price":{"cents":5,"currency":"USD"}},"three":[1,2,3],"color":"red"})");
}

namespace {
struct Tree {
  int value = 0;
  std::vector<Tree> children;
  std::map<std::string, Tree> named;
};
struct Tag {};
struct Tagged : Tag {
  int a = 0;
};
struct CartState {
  std::map<std::string, int> items;
  bool checked_out = false;
  void apply(const Item& item) { ++items[item.name]; }
};
struct Forty {
  int f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20;
  std::string f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39, f40;
};
}  // namespace

TEST(JsonRoundTrip, a_struct_may_contain_itself) {
  expect_round_trip(Tree{1, {{2, {}, {}}}, {{"k", {3, {}, {}}}}},
                    R"({"value":1,"children":[{"value":2,"children":[],"named":{}}],)"
                    R"("named":{"k":{"value":3,"children":[],"named":{}}}})");
}

TEST(JsonRoundTrip, a_state_with_apply_is_a_plain_struct) {
  CartState state;
  state.apply(Item{"pear", 1, {}});
  expect_round_trip(state, R"({"items":{"pear":1},"checked_out":false})");
}

TEST(JsonRoundTrip, empty_bases_and_forty_fields) {
  expect_round_trip(Tagged{{}, 5}, R"({"a":5})");
  Forty forty{};
  forty.f1 = 1;
  forty.f40 = "last";
  const Forty back = from_json<Forty>(to_json(forty));
  EXPECT_EQ(back.f1, 1);
  EXPECT_EQ(back.f40, "last");
}

TEST(JsonRoundTrip, append_keeps_what_is_there) {
  std::string out = "x";
  append_json(out, 5);
  append_json(out, std::string{"y"});
  EXPECT_EQ(out, "x5\"y\"");
}

TEST(JsonRoundTrip, large_documents) {
  std::vector<std::string> many(100'000, std::string(30, 'x'));
  EXPECT_EQ(from_json<std::vector<std::string>>(to_json(many)), many);
  EXPECT_EQ(to_json(std::vector<int>{1}), "[1]");  // after the large buffers were given back
  EXPECT_EQ(from_json<std::vector<int>>("[1]"), std::vector<int>{1});
}

namespace {
struct ReadsItsDefault {
  std::vector<int> numbers = from_json<std::vector<int>>("[1,2,3]");
  int after = 0;
};
}  // namespace

TEST(JsonRoundTrip, a_default_value_may_itself_be_read_from_json) {
  const auto all = from_json<std::vector<ReadsItsDefault>>(R"([{"after":1},{"numbers":[4],"after":2}])");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].numbers, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(all[0].after, 1);
  EXPECT_EQ(all[1].numbers, (std::vector<int>{4}));
  EXPECT_EQ(all[1].after, 2);
}
