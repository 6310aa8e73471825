// SPDX-License-Identifier: Apache-2.0
// JSON to native maps and back; what DynamoDB cannot hold.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include <leftfold/error.h>
#include <leftfold/json/json_error.h>

#include "dynamodb/payload.h"
#include "dynamodb/wire.h"
#include "json/decimal.h"
#include "json/same_document.h"

namespace leftfold::dynamodb {
namespace {

std::string refusal_of(const std::string& json) {
  try {
    (void)to_map(json);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::invalid_argument) << e.what();
    return e.what();
  }
  return "nothing was refused";
}

std::string nested(int levels) {  // objects inside of each other; the payload itself is level 1
  std::string json = "{}";
  for (int i = 1; i < levels; ++i) json = "{\"a\":" + json + "}";
  return json;
}

TEST(Payload, IsTheSameTextAfterTheWayThere) {
  const std::string json =
      R"({"text":"ünï 🛒 \" \\ \n \u0000","n":9223372036854775807,"x":0.1,"e":1e-7,"yes":true,"no":false,"z":null,)"
      R"("list":[1,"a",[],{}],"inside":{"b":{"c":[[1.50]]}}})";
  EXPECT_EQ(to_json(to_map(json)), json);
}

TEST(Payload, IsTheSameTextAfterTheWayOverTheWire) {
  const std::string json = R"({"a":"x","b":[1,2.5,-3e10],"c":{"d":null,"e":true},"f":""})";
  std::string wire = "{\"Item\":";
  write_item(wire, to_map(json));
  wire += '}';
  EXPECT_NE(wire.find(R"("b":{"L":[{"N":"1"},{"N":"2.5"},{"N":"-3e10"}]})"), wire.npos) << wire;
  Item item;
  read_object(wire, [&](std::string_view, simdjson::ondemand::value value) { item = read_item(value); });
  EXPECT_EQ(to_json(item), json);
}

TEST(Payload, EveryTypeComesBackFromTheWire) {
  const Item item = {{"b", Bytes{std::byte{0}, std::byte{255}}},
                     {"ss", AttributeValue::Held{StringSet{{"a", "b"}}}},
                     {"ns", AttributeValue::Held{NumberSet{{{"1"}, {"2"}}}}},
                     {"bs", AttributeValue::Held{BytesSet{{Bytes{std::byte{7}}}}}},
                     {"null", Null{}},
                     {"bool", true}};
  std::string wire = "{\"Item\":";
  write_item(wire, item);
  wire += '}';
  Item read;
  read_object(wire, [&](std::string_view, simdjson::ondemand::value value) { read = read_item(value); });
  EXPECT_EQ(read, item);
  EXPECT_EQ(to_json(item), R"({"b":"AP8=","ss":["a","b"],"ns":[1,2],"bs":["Bw=="],"null":null,"bool":true})");
}

Item read_from(const std::string& item, Documents documents = {}) {
  std::string wire = "{\"Item\":" + item + "}";
  Item read;
  read_object(wire, [&](std::string_view, simdjson::ondemand::value value) { read = read_item(value, documents); });
  return read;
}

constexpr std::array<std::string_view, 1> kPayload{"payload"};

TEST(Documents, AreReadAsTheSameJson) {
  const std::string wire =
      R"({"payload":{"M":{"t\"":{"S":"\u00fc\/ 🛒 \" \\ \n \u0000 and twenty bytes more"},"n":{"N":"-1.50E+3"},)"
      R"("y":{"BOOL":true},"z":{"NULL":true},"b":{"B":"AP8="},"m":{"M":{}},"":{"S":""},)"
      R"("l":{"L":[{"N":"1"},{"L":[]},{"M":{"payload":{"M":{}}}}]},)"
      R"("ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["Bw=="]}}},)"
      R"("other":{"M":{"a":{"N":"1"}}}})";
  const Item built = read_from(wire);
  const Item read = read_from(wire, kPayload);
  ASSERT_EQ(read.size(), 2U);
  ASSERT_NE(read[0].value.as<JsonText>(), nullptr);
  EXPECT_EQ(read[0].value.as<JsonText>()->text, to_json(*find_map(built, "payload")));
  EXPECT_EQ(read[1], built[1]);
  EXPECT_EQ(to_json(read), to_json(built));
}

TEST(Documents, StandInListsToo) {
  const Item read =
      read_from(R"({"events":{"L":[{"M":{"payload":{"M":{"a":{"S":"x"}}}}}]},"payload":{"S":"a"}})", kPayload);
  const Map& event = *find_list(read, "events")->at(0).as<Map>();
  EXPECT_EQ(event, (Map{{"payload", AttributeValue::Held{JsonText{R"({"a":"x"})"}}}}));
  EXPECT_EQ(*find_text(read, "payload"), "a");  // no map
}

TEST(Documents, AreRefusedLikeOtherValues) {
  for (const std::string bad : {R"({"N":"1."})", R"({"B":"A"})", R"({"X":"1"})", "{}", R"({"S":"a","N":"1"})",
                                R"({"NULL":1})", R"({"L":{}})", R"({"S":1})", "null"}) {
    const std::string wire = R"({"payload":{"M":{"a":)" + bad + "}}}";
    const auto code = [&](Documents documents) {
      try {
        (void)to_json(read_from(wire, documents));
        return std::optional<Errc>{};
      } catch (const Error& e) {
        return std::optional{e.code()};
      }
    };
    EXPECT_EQ(code(kPayload), Errc::invalid_data) << bad;
    EXPECT_EQ(code({}), Errc::invalid_data) << bad;
  }
}

TEST(Strings, AreEscapedWhereverItStands) {
  const std::string special = std::string{"\"\\\n\x1f"} + '\0';
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : special) {
        std::string text(size, '\x7f');
        text[at] = c;
        if (at + 1 < size) text[at + 1] = '\xc3';  // a borrow shall not hide it
        std::string out;
        write_string(out, text);
        ASSERT_GT(out.size(), size + 2) << size << ' ' << at;
      }
    }
    std::string plain;
    write_string(plain, std::string(size, '\xa0'));
    ASSERT_EQ(plain.size(), size + 2);
  }
}

TEST(Payload, NumbersKeep38Digits) {
  const std::string most(38, '7');
  EXPECT_EQ(to_json(to_map("{\"n\":" + most + "}")), "{\"n\":" + most + "}");
  EXPECT_EQ(to_json(to_map("{\"n\":" + most + "000}")), "{\"n\":" + most + "000}");  // zeros at the end are no digits
  EXPECT_NE(refusal_of("{\"a\":[0,{\"n\":1" + most + "}]}").find("$.a[1].n has 39 digits"), std::string::npos);
}

TEST(Payload, NumbersHaveARange) {
  for (const char* good : {"1e-130", "-1E-130", "9.99e125", "0e999", "0.0"}) {
    EXPECT_EQ(to_json(to_map(std::string{"{\"n\":"} + good + "}")), std::string{"{\"n\":"} + good + "}");
  }
  for (const char* bad : {"1e126", "1e-131", "1e300", "-10e125"}) {
    EXPECT_NE(refusal_of(std::string{"{\"n\":"} + bad + "}").find("$.n is " + std::string{bad}), std::string::npos);
  }
}

TEST(Payload, IsNestedUpTo32Levels) {
  EXPECT_EQ(to_json(to_map(nested(32))), nested(32));
  EXPECT_NE(refusal_of(nested(33)).find("nested deeper than the 32 levels"), std::string::npos);
}

// Attribute names have at least one character, those inside a map, too: HowItWorks.NamingRulesDataTypes.html
TEST(Payload, NamesEveryMember) {
  EXPECT_NE(refusal_of(R"({"a":[{"":1}]})").find("$.a[0] has a member without a name"), std::string::npos);
}

TEST(Payload, NamesAMemberOnce) {
  EXPECT_NE(refusal_of(R"({"a":{"b":1,"b":2}})").find("$.a.b comes twice"), std::string::npos);
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += "\"m" + std::to_string(i) + "\":0,";
  EXPECT_NE(refusal_of(many + "\"m7\":1}").find("$.m7 comes twice"), std::string::npos);
}

TEST(Payload, IsOneObject) {
  for (const char* bad : {"", "[]", "1", "null", "{", "{}{}", "{} x", "{\"a\":01}", "{\"a\":}", "{\"a\":\"\xff\"}"}) {
    EXPECT_THROW((void)to_map(bad), JsonError) << bad;
  }
}

TEST(Decimals, AreEqualWhenTheirValuesAre) {
  using json::read_decimal;
  EXPECT_EQ(read_decimal("1e2"), read_decimal("100.0"));
  EXPECT_EQ(read_decimal("-0"), read_decimal("0e5"));
  EXPECT_EQ(read_decimal("0.0120"), read_decimal("12E-3"));
  EXPECT_NE(read_decimal("1"), read_decimal("-1"));
  EXPECT_NE(read_decimal("9007199254740993"), read_decimal("9007199254740992"));
  for (const char* bad : {"", "-", "+1", ".5", "1.", "01", "1e", "0x1", "1 ", "NaN", "1e9999999999"}) {
    EXPECT_FALSE(read_decimal(bad)) << bad;
  }
}

TEST(Documents, AreTheSameWhateverTheirOrder) {
  using json::same_document;
  EXPECT_TRUE(same_document(R"({"a":1,"b":[true,null,"x"]})", R"( { "b":[true,null,"\u0078"], "a":1.0 } )"));
  EXPECT_FALSE(same_document(R"({"a":1})", R"({"a":"1"})"));
  EXPECT_FALSE(same_document(R"({"a":[1,2]})", R"({"a":[2,1]})"));
  EXPECT_FALSE(same_document(R"({"a":1})", R"({"a":1,"b":null})"));
  EXPECT_FALSE(same_document(R"({"ab":"c"})", R"({"a":"bc"})"));
  // The end of a number is not the beginning of the next name's length.
  EXPECT_FALSE(same_document(R"({"a":1,"bbs8:xxxxxxx":null})", R"({"a":10000000000,"bb":"xxxxxxxz"})"));
  EXPECT_THROW((void)same_document("{}", "{"), JsonError);
}

TEST(ItemSize, IsNamesAndValues) {
  EXPECT_EQ(item_size({{"id", "abc"}}), 5U);
  EXPECT_EQ(item_size({{"n", number(12)}}), 3U);
  EXPECT_EQ(item_size({{"m", Map{{"k", true}}}}), 1U + 3 + 1 + 1 + 1);
  EXPECT_EQ(item_size({{"l", List{Null{}, "ab"}}}), 1U + 3 + 1 + 1 + 1 + 2);
}

}  // namespace
}  // namespace leftfold::dynamodb
