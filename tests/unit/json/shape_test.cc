// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json/shape.h>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace {

using leftfold::json::shape_of;

enum class Color { red = 1, green };
struct Address {
  std::string street = "unknown";
  std::optional<int> number;
};
struct Node {
  int n = 0;
  std::vector<Node> children;
};
struct Everything {
  std::vector<Address> addresses;
  Color color = Color::green;
  Color no_default{};
  std::map<Color, double> weights;
  std::set<std::string> tags;
  std::array<bool, 2> flags{};
  std::variant<std::monostate, int, Address> choice;
  std::chrono::milliseconds wait{1500};
  std::chrono::sys_time<std::chrono::seconds> at{};
  std::vector<bool> bits;
  leftfold::Uuid id;
};

TEST(Shape, TellsFieldsWithTypesAndDefaultsSorted) {
  EXPECT_EQ(shape_of<Address>().text(), R"({"fields":{"number":{"default":null,"type":{"optional":"int32"}},)"
                                        R"("street":{"default":"unknown","type":"string"}},"struct":"Address"})");
}

TEST(Shape, LooksIntoContainersVariantsAndEnums) {
  const leftfold::Json fields = shape_of<Everything>().at("fields");
  const auto type = [&](const char* name) { return fields.at(name).at("type").text(); };
  EXPECT_EQ(fields.at("addresses").at("type").at("list").at("fields").at("street").text(),
            R"({"default":"unknown","type":"string"})");
  EXPECT_EQ(fields.at("color").text(), R"({"default":"green","type":{"enum":["green","red"],"name":"Color"}})");
  EXPECT_EQ(type("weights"), R"({"key":{"enum":["green","red"],"name":"Color"},"map":"float64"})");
  EXPECT_EQ(type("tags"), R"({"set":"string"})");
  EXPECT_EQ(type("flags"), R"({"array":"bool","size":2})");
  EXPECT_EQ(type("bits"), R"({"list":"bool"})");
  EXPECT_EQ(type("wait"), R"({"duration":"1/1000"})");
  EXPECT_EQ(type("at"), R"({"time":"1/1"})");
  EXPECT_EQ(type("id"), R"("uuid")");
  const leftfold::Json& choice = fields.at("choice").at("type").at("variant");
  EXPECT_EQ(choice.members().size(), 3U);
  EXPECT_EQ(choice.at("null").text(), R"("null")");
  EXPECT_EQ(choice.at("int32").text(), R"("int32")");
  EXPECT_EQ(choice.at("Address").at("struct").text(), R"("Address")");
}

TEST(Shape, HasNoDefaultThatCannotBeStored) {
  EXPECT_FALSE(shape_of<Everything>().at("fields").at("no_default").contains("default"));
}

TEST(Shape, EndsAtAStructInItself) {
  EXPECT_EQ(shape_of<Node>().at("fields").at("children").at("type").text(), R"({"list":{"recursive":"Node"}})");
}

}  // namespace
