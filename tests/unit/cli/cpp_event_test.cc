// SPDX-License-Identifier: Apache-2.0
#include "cli/cpp_event.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <leftfold/json/shape.h>

namespace leftfold::cli {
namespace {

enum class Colour { red, green };
struct Address {
  std::string city;
  std::optional<int> zip;
};
struct Packed {
  std::string name;
  Colour colour = Colour::red;
  Address address;
  std::vector<Address> stops;
  std::map<std::string, int> counts;
  std::set<int> marks;
  std::optional<std::string> note;
  double weight = 0;
  bool fragile = false;
};
struct Timed {
  Timestamp at{};
};

template <class E>
std::string with_shape(const char* type, const char* payload) {
  const Json shape = json::shape_of<E>();
  return cpp_event(type, Json::parse(payload), &shape);
}

TEST(CppEvent, KnowsWhatTheStructIs) {
  EXPECT_EQ(with_shape<Packed>("Packed", R"({"name":"a \"b\"\n","colour":"green","address":{"city":"Rome","zip":null},
      "stops":[{"city":"Ulm","zip":7}],"counts":{"x":1,"y":2},"marks":[1,2],"note":"n","weight":0.5,"fragile":true})"),
            R"(Packed{.name = "a \"b\"\n", .colour = Colour::green, .address = {.city = "Rome", .zip = std::nullopt}, )"
            R"(.stops = {{.city = "Ulm", .zip = 7}}, .counts = {{"x", 1}, {"y", 2}}, .marks = {1, 2}, .note = "n", )"
            R"(.weight = 0.5, .fragile = true})");
}

// It compiles: what is printed above, pasted.
TEST(CppEvent, IsCxx) {
  const Packed packed = Packed{.name = "a \"b\"\n",
                               .colour = Colour::green,
                               .address = {.city = "Rome", .zip = std::nullopt},
                               .stops = {{.city = "Ulm", .zip = 7}},
                               .counts = {{"x", 1}, {"y", 2}},
                               .marks = {1, 2},
                               .note = "n",
                               .weight = 0.5,
                               .fragile = true};
  EXPECT_EQ(with_shape<Packed>("Packed", to_json(packed).c_str()),
            R"(Packed{.name = "a \"b\"\n", .colour = Colour::green, .address = {.city = "Rome", .zip = std::nullopt}, )"
            R"(.stops = {{.city = "Ulm", .zip = 7}}, .counts = {{"x", 1}, {"y", 2}}, .marks = {1, 2}, .note = "n", )"
            R"(.weight = 0.5, .fragile = true})");
}

TEST(CppEvent, FieldsOfAnotherTimeAreLeftOut) {
  EXPECT_EQ(with_shape<Address>("Moved", R"({"city":"Rome","street":"x"})"), R"(Moved{.city = "Rome"})");
}

TEST(CppEvent, WhatBracesCannotSayIsReadFromJson) {
  EXPECT_EQ(with_shape<Timed>("Timed", R"({"at":"2026-11-23T09:00:00Z"})"),
            R"cpp(leftfold::from_json<Timed>(R"json({"at":"2026-11-23T09:00:00Z"})json"))cpp");
  EXPECT_EQ(cpp_event("A", Json::parse(R"({"address":{"city":"Rome"}})"), nullptr),
            R"cpp(leftfold::from_json<A>(R"json({"address":{"city":"Rome"}})json"))cpp");
  EXPECT_EQ(cpp_event("A", Json::parse(R"({"a b":1})"), nullptr),
            R"cpp(leftfold::from_json<A>(R"json({"a b":1})json"))cpp");
}

TEST(CppEvent, PlainFieldsWithoutAStruct) {
  EXPECT_EQ(cpp_event("A", Json::parse(R"({"s":"x","n":-2,"b":false,"list":[1,2],"none":[]})"), nullptr),
            R"(A{.s = "x", .n = -2, .b = false, .list = {1, 2}, .none = {}})");
  EXPECT_EQ(cpp_event("A", Json::parse("{}"), nullptr), "A{}");
}

TEST(CppEvent, NothingEndsALiteralEarly) {
  EXPECT_EQ(cpp_event("A", Json::parse(R"({"s":"\u0001\u007f\\"})"), nullptr), R"(A{.s = "\001\177\\"})");
  EXPECT_EQ(cpp_event("A", Json::parse(R"({"s":{"t":")json"}})"), nullptr),
            R"cpp(leftfold::from_json<A>(R"json_({"s":{"t":")json"}})json_"))cpp");
}

TEST(CppEvent, NoTextIsCutShortOrHidden) {
  EXPECT_EQ(cpp_event("A", Json::parse(R"({"s":"a\u0000b"})"), nullptr),
            R"cpp(leftfold::from_json<A>(R"json({"s":"a\u0000b"})json"))cpp");
  EXPECT_EQ(cpp_event("A", Json::parse(R"({"s":"a\u202eb"})"), nullptr),
            R"cpp(leftfold::from_json<A>(R"json({"s":"a\u202eb"})json"))cpp");
}

}  // namespace
}  // namespace leftfold::cli
