// SPDX-License-Identifier: Apache-2.0
// Types that the JSON tests share.
#pragma once

#include <leftfold/json.h>

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace json_test {

enum class Color { red = -3, green, blue = 200 };

struct Price {
  std::int64_t cents = 0;
  std::string currency = "EUR";
};
struct Card {
  std::string number;
};
struct Cash {};

struct Item {
  std::string name;
  double price = 0;
  std::vector<std::string> tags;
};

struct Order {
  std::string id;
  int quantity = 1;
  std::vector<Item> items;
  std::map<std::string, int> counts;
  std::optional<int> maybe = 7;
  std::variant<std::monostate, Card, Cash, Price, int, std::string> payment;
  std::array<int, 3> three{1, 2, 3};
  Color color = Color::red;
};

/// The error that reading `text` as T raises; fails the test when there is none.
template <class T>
inline leftfold::JsonError read_error(std::string_view text) {
  try {
    const T value = leftfold::from_json<T>(text);
    ADD_FAILURE() << "no error for " << text << ", read as " << leftfold::to_json(value);
  } catch (const leftfold::JsonError& error) {
    EXPECT_EQ(error.code(), leftfold::Errc::invalid_data);
    EXPECT_NE(std::string{error.what()}.find(error.path()), std::string::npos) << error.what();
    return error;
  }
  return leftfold::JsonError{"none", "none"};
}

template <class T>
inline leftfold::JsonError write_error(const T& value) {
  std::string out = "before";
  try {
    leftfold::append_json(out, value);
    ADD_FAILURE() << "no error, written as " << out;
  } catch (const leftfold::JsonError& error) {
    EXPECT_EQ(out, "before");
    return error;
  }
  return leftfold::JsonError{"none", "none"};
}

inline void expect_says(const leftfold::JsonError& error, std::string_view path, std::string_view text) {
  EXPECT_EQ(error.path(), path);
  EXPECT_NE(std::string_view{error.what()}.find(text), std::string_view::npos) << error.what();
}

/// Writes, reads back and writes again; both texts must be `text`.
template <class T>
inline void expect_round_trip(const T& value, std::string_view text) {
  EXPECT_EQ(leftfold::to_json(value), text);
  EXPECT_EQ(leftfold::to_json(leftfold::from_json<T>(text)), text);
}

}  // namespace json_test
