// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json/enum_names.h>
#include <leftfold/reflect.h>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

using namespace leftfold;

namespace shop::cart {
struct Empty {};
struct ItemAdded {
  std::string product_id;
  int quantity = 1;
};
struct Tag {};
struct Tagged : Tag {
  int a = 0;
  std::string b;
};
struct State {
  std::map<std::string, int> items;
  bool checked_out = false;
  static constexpr int kLimit = 10;
  void apply(const ItemAdded& e) { items[e.product_id] += e.quantity; }
};
struct Recursive {
  std::vector<Recursive> children;
  std::map<std::string, Recursive> by_name;
};
struct Difficult {
  std::optional<std::string> text;
  std::variant<int, std::string, Empty> choice;
  std::chrono::system_clock::time_point at;
  std::array<int, 3> three{};
  std::vector<bool> bits;
  ItemAdded nested;
  std::optional<ItemAdded> maybe;
};
template <class T>
struct Boxed {
  T value;
};
struct Forty {
  int f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20;
  std::string f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39, f40;
};
struct SixtyFour {
  int f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21, f22, f23, f24,
      f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47,
      f48, f49, f50, f51, f52, f53, f54, f55, f56, f57, f58, f59, f60, f61, f62, f63, f64;
};
enum class Color { red = -3, green, blue = 200 };
enum Old : std::uint8_t { first, last = 255 };
enum class Small : std::int8_t { low = -128, high = 127 };
}  // namespace shop::cart

namespace {
struct Hidden {
  int a;
};
enum class HiddenEnum { one, two };

template <class T>
std::string names() {
  std::string all;
  for (const auto name : reflect::field_names<T>()) all.append(all.empty() ? "" : " ").append(name);
  return all;
}

template <class T>
std::string values() {
  std::string all;
  for (const auto& [value, name] : reflect::enum_names<T>()) {
    all.append(all.empty() ? "" : " ").append(name).append("=").append(std::to_string(value));
  }
  return all;
}
}  // namespace

TEST(Reflect, type_names_are_without_namespaces) {
  struct Local {
    int x;
  };
  EXPECT_EQ(reflect::type_name<shop::cart::ItemAdded>(), "ItemAdded");
  EXPECT_EQ(reflect::type_name<Hidden>(), "Hidden");
  EXPECT_EQ(reflect::type_name<Local>(), "Local");
  EXPECT_EQ(reflect::type_name<shop::cart::Color>(), "Color");
  EXPECT_EQ(reflect::type_name<shop::cart::Boxed<int>>(), "Boxed<int>");
}

TEST(Reflect, fields_are_counted) {
  EXPECT_EQ(reflect::field_count<shop::cart::Empty>(), 0U);
  EXPECT_EQ(reflect::field_count<shop::cart::ItemAdded>(), 2U);
  EXPECT_EQ(reflect::field_count<const shop::cart::ItemAdded>(), 2U);
  EXPECT_EQ(reflect::field_count<shop::cart::Forty>(), 40U);
  EXPECT_EQ(reflect::field_count<shop::cart::SixtyFour>(), 64U);
}

TEST(Reflect, field_names_come_in_the_order_of_declaration) {
  EXPECT_EQ(names<shop::cart::Empty>(), "");
  EXPECT_EQ(names<shop::cart::ItemAdded>(), "product_id quantity");
  EXPECT_EQ(names<shop::cart::Difficult>(), "text choice at three bits nested maybe");
  EXPECT_EQ(names<shop::cart::Recursive>(), "children by_name");
  EXPECT_EQ(names<shop::cart::Boxed<std::string>>(), "value");
  EXPECT_EQ(names<Hidden>(), "a");
  EXPECT_EQ(reflect::field_names<shop::cart::Forty>()[39], "f40");
  EXPECT_EQ(reflect::field_names<shop::cart::SixtyFour>()[63], "f64");
}

TEST(Reflect, an_empty_base_class_does_not_count) { EXPECT_EQ(names<shop::cart::Tagged>(), "a b"); }

TEST(Reflect, a_state_with_member_functions_is_a_plain_struct) {
  EXPECT_EQ(names<shop::cart::State>(), "items checked_out");
}

TEST(Reflect, fields_are_visited_by_reference) {
  shop::cart::ItemAdded item{"pear", 2};
  reflect::visit_fields(item, [](std::string& product_id, int& quantity) {
    product_id += "s";
    ++quantity;
  });
  EXPECT_EQ(item.product_id, "pears");
  EXPECT_EQ(item.quantity, 3);
  const shop::cart::ItemAdded& constant = item;
  EXPECT_EQ(reflect::visit_fields(constant, [](const std::string&, const int& quantity) { return quantity; }), 3);
}

TEST(Reflect, enum_values_have_names) {
  enum class Local { u, v };
  EXPECT_EQ(values<shop::cart::Color>(), "red=-3 green=-2 blue=200");
  EXPECT_EQ(values<shop::cart::Old>(), "first=0 last=255");
  EXPECT_EQ(values<shop::cart::Small>(), "low=-128 high=127");
  EXPECT_EQ(values<HiddenEnum>(), "one=0 two=1");
  EXPECT_EQ(values<Local>(), "u=0 v=1");
}
