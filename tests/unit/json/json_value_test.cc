// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json_value.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace {

using leftfold::Json;
using leftfold::JsonError;

std::string path_and_text(const std::string& text) {
  try {
    (void)Json::parse(text);
  } catch (const JsonError& e) {
    return e.path() + " | " + e.what();
  }
  return "nothing";
}

TEST(JsonValue, KeepsTheDigitsOfNumbers) {
  for (const std::string digits :
       {"0", "-0", "0.10", "1e2", "1E+2", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
        "123456789012345678901234567890", "3.141592653589793238462643383279", "1.000"}) {
    EXPECT_EQ(Json::parse("[" + digits + " ,true]").text(), "[" + digits + ",true]");
    EXPECT_EQ(Json::number(digits).text(), digits);
  }
  EXPECT_EQ(Json{std::numeric_limits<std::uint64_t>::max()}.text(), "18446744073709551615");
  EXPECT_EQ(Json{0.1}.text(), "0.1");
  EXPECT_EQ(Json::parse("18446744073709551615").as<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
}

TEST(JsonValue, RefusesWhatIsNoNumber) {
  for (const std::string digits : {"", "01", "+1", "1.", ".5", "0x1", "NaN", "1 ", "1e"}) {
    EXPECT_THROW((void)Json::number(digits), JsonError) << digits;
  }
  EXPECT_THROW((void)Json{std::numeric_limits<double>::infinity()}, JsonError);
}

TEST(JsonValue, WritesWhatItRead) {
  const std::string text = R"({"z":[1,[],{}],"a":"\"\\\n\u0001ä","b":null,"c":{"d":[true,false]}})";
  EXPECT_EQ(Json::parse(text).text(), text);
  EXPECT_EQ(Json::parse(" { \"a\" : [ 1 , 2 ] } ").text(), R"({"a":[1,2]})");
}

TEST(JsonValue, SaysWhatIsWrongAndWhere) {
  EXPECT_NE(path_and_text(R"({"a":{"b":1,"c":2,"b":3}})").find("$.a.b | "), std::string::npos);
  EXPECT_NE(path_and_text(R"({"a":{"b":1,"c":2,"b":3}})").find("twice"), std::string::npos);
  EXPECT_NE(path_and_text(R"({"a":[1,tru]})").find("$.a[1]"), std::string::npos);
  EXPECT_NE(path_and_text("{},{}").find("follows"), std::string::npos);
  EXPECT_NE(path_and_text("").find("empty"), std::string::npos);
  EXPECT_NE(path_and_text(std::string(33, '[') + std::string(33, ']')).find("deeper"), std::string::npos);
  EXPECT_EQ(path_and_text(std::string(32, '[') + std::string(32, ']')), "nothing");
}

TEST(JsonValue, ChangesMembersInTheirPlace) {
  Json item = Json::parse(R"({"sku":"apple","price":0.10})");
  EXPECT_TRUE(item.rename("sku", "product_id"));
  EXPECT_FALSE(item.rename("sku", "product_id"));
  item["currency"] = "EUR";
  EXPECT_EQ(item.text(), R"({"product_id":"apple","price":0.10,"currency":"EUR"})");
  EXPECT_THROW(item.rename("price", "currency"), JsonError);
  EXPECT_EQ(item.text(), R"({"product_id":"apple","price":0.10,"currency":"EUR"})");
  EXPECT_FALSE(item.add_if_missing("currency", "USD"));
  EXPECT_TRUE(item.add_if_missing("count", 1));
  EXPECT_EQ(item.take("currency").text(), R"("EUR")");
  EXPECT_EQ(item.take("currency", "none").as<std::string>(), "none");
  EXPECT_THROW((void)item.take("currency"), JsonError);
  EXPECT_TRUE(item.remove("price"));
  EXPECT_FALSE(item.remove("price"));
  EXPECT_EQ(item.text(), R"({"product_id":"apple","count":1})");
}

TEST(JsonValue, BuildsObjectsFromNothing) {
  Json value;
  value["a"]["b"] = Json::array({1, true, nullptr, "x"});
  value["a"]["b"].elements().push_back(Json::object({{"c", 2.5}}));
  EXPECT_EQ(value.text(), R"({"a":{"b":[1,true,null,"x",{"c":2.5}]}})");
  EXPECT_THROW((void)Json::object({{"a", 1}, {"a", 2}}), JsonError);
}

TEST(JsonValue, NamesTheKindItIsNot) {
  Json text = "x";
  try {
    (void)text.at("a");
    FAIL() << "a string has no members";
  } catch (const JsonError& e) {
    EXPECT_NE(std::string{e.what()}.find("expected an object, found a string"), std::string::npos) << e.what();
  }
  EXPECT_THROW((void)text["a"], JsonError);
  EXPECT_THROW((void)text.elements(), JsonError);
  EXPECT_FALSE(text.contains("a"));
}

TEST(JsonValue, ConvertsToAndFromWhatCanBeStored) {
  const std::vector<std::int64_t> numbers{1, std::numeric_limits<std::int64_t>::min()};
  EXPECT_EQ(Json::of(numbers).text(), "[1,-9223372036854775808]");
  EXPECT_EQ(Json::of(numbers).as<std::vector<std::int64_t>>(), numbers);
  EXPECT_THROW((void)Json::parse("300").as<std::uint8_t>(), JsonError);
}

TEST(JsonValue, ComparesDocuments) {
  EXPECT_EQ(Json::parse(R"({"a":1,"b":[1.0]})"), Json::parse(R"({"b":[1],"a":1e0})"));
  EXPECT_FALSE(Json::parse("[1,2]") == Json::parse("[2,1]"));
}

TEST(JsonValue, IndentsForPeople) {
  EXPECT_EQ(Json::parse(R"({"a":[1,{"b":"c"}],"d":{},"e":[]})").indented(),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"c\"\n    }\n  ],\n  \"d\": {},\n  \"e\": []\n}\n");
}

TEST(JsonValue, MayBeGivenWhatIsInsideIt) {
  const std::string words = "more than fits into a string without memory of its own";
  Json moved = Json::object({{"item", Json{words}}});
  moved = std::move(moved.at("item"));
  EXPECT_EQ(moved, Json{words});
  Json copied = Json::parse(R"({"item":{"paid":true}})");
  copied = copied.at("item");
  EXPECT_EQ(copied.text(), R"({"paid":true})");
  copied = copied.at("paid");
  EXPECT_EQ(copied.text(), "true");
}

TEST(JsonValue, CannotWriteWhatNobodyCouldRead) {
  Json deep = 1;
  for (int i = 0; i < 33; ++i) deep = Json::array({deep});
  EXPECT_THROW((void)deep.text(), JsonError);
  EXPECT_THROW((void)Json{"\xff"}.text(), JsonError);
}

}  // namespace
