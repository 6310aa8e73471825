// SPDX-License-Identifier: Apache-2.0
// Every text that cannot be read, and every value that cannot be written, with the path that the error names.
#include <limits>

#include "unit/json/types.h"

using namespace leftfold;
using namespace json_test;

namespace {

/// An array nested `depth` deep.
std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

struct Nothing {};
struct Deep {
  std::vector<Deep> in;
};
struct Floats {
  std::map<std::string, std::vector<double>> by_name;
  float narrow = 0;
};
struct Keys {
  std::map<Color, int> colors;
  std::map<Uuid, int> ids;
  std::map<std::string, int> odd;
};

}  // namespace

TEST(JsonError, wrong_types_name_what_was_found_and_what_was_expected) {
  expect_says(read_error<Order>(R"({"quantity":"2"})"), "$.quantity",
              "expected a whole number from -2147483648 to 2147483647, found the string \"2\"");
  expect_says(read_error<Order>(R"({"quantity":1.5})"), "$.quantity", "found the number 1.5");
  expect_says(read_error<Order>(R"({"quantity":null})"), "$.quantity", "found null");
  expect_says(read_error<Order>(R"({"quantity":true})"), "$.quantity", "found true");
  expect_says(read_error<Order>(R"({"quantity":[2]})"), "$.quantity", "found an array");
  expect_says(read_error<Order>(R"({"quantity":{}})"), "$.quantity", "found an object");
  expect_says(read_error<Order>(R"({"id":5})"), "$.id", "expected a string, found the number 5");
  expect_says(read_error<Order>(R"({"items":{}})"), "$.items", "expected an array, found an object");
  expect_says(read_error<Order>(R"({"items":[5]})"), "$.items[0]", "expected an object (Item), found the number 5");
  expect_says(read_error<Order>(R"({"items":[{},{},{},{"price":"x"}]})"), "$.items[3].price",
              "expected a number that fits a double, found the string \"x\"");
  expect_says(read_error<Order>(R"({"items":[{"tags":["a",{"x":1}]}]})"), "$.items[0].tags[1]", "found an object");
  expect_says(read_error<Order>(R"({"counts":[]})"), "$.counts", "expected an object, found an array");
  expect_says(read_error<Order>(R"({"counts":{"a":1,"b c":"x"}})"), "$.counts[\"b c\"]", "found the string");
  expect_says(read_error<Order>(R"([])"), "$", "expected an object (Order), found an array");
  expect_says(read_error<bool>("1"), "$", "expected true or false, found the number 1");
  expect_says(read_error<std::vector<bool>>("[true,1]"), "$[1]", "expected true or false, found the number 1");
  expect_says(read_error<std::set<int>>("[1,\"2\"]"), "$[1]", "found the string");
  expect_says(read_error<std::monostate>("0"), "$", "expected null, found the number 0");
  expect_says(read_error<Uuid>("\"x\""), "$", "expected a UUID of 36 characters, found the string \"x\"");
  expect_says(read_error<Version>("1.0"), "$", "expected a whole number");
  expect_says(read_error<std::string>(std::string{"5"} + std::string(60, '0')), "$", "...");
}

TEST(JsonError, numbers_out_of_range) {
  expect_says(read_error<Order>(R"({"quantity":2147483648})"), "$.quantity", "found the number 2147483648");
  expect_says(read_error<double>("1e400"), "$", "expected a number that fits a double, found the number 1e400");
  expect_says(read_error<Order>(R"({"three":[1,2,-3000000000]})"), "$.three[2]", "found the number -3000000000");
}

TEST(JsonError, arrays_of_another_length) {
  expect_says(read_error<Order>(R"({"three":[1,2]})"), "$.three", "expected an array of 3 elements, found 2");
  expect_says(read_error<Order>(R"({"three":[1,2,3,4]})"), "$.three", "expected an array of 3 elements, found more");
}

TEST(JsonError, enums_and_variants_list_their_names) {
  expect_says(read_error<Order>(R"({"color":"pink"})"), "$.color",
              "expected a value of enum Color (red, green, blue), found \"pink\"");
  expect_says(read_error<Order>(R"({"color":200})"), "$.color", "expected the name of a value of enum Color, found");
  expect_says(read_error<Order>(R"({"payment":{"Cheque":{}}})"), "$.payment",
              "expected null or an object with one of these names: Card, Cash, Price, int32, string, found \"Cheque\"");
  expect_says(read_error<Order>(R"({"payment":{}})"), "$.payment", "found an empty object");
  expect_says(read_error<Order>(R"({"payment":{"Cash":{},"Card":{}}})"), "$.payment", "found a second name \"Card\"");
  expect_says(read_error<Order>(R"({"payment":"Cash"})"), "$.payment", "found the string \"Cash\"");
  expect_says(read_error<Order>(R"({"payment":{"Card":{"number":1}}})"), "$.payment.Card.number", "found the number 1");
  expect_says(read_error<std::variant<Card>>("null"), "$",
              "expected an object with one of these names: Card, found null");
  expect_says(read_error<Keys>(R"({"colors":{"pink":1}})"), "$.colors.pink", "expected a value of enum Color");
  expect_says(read_error<Keys>(R"({"ids":{"pink":1}})"), "$.ids.pink", "expected a UUID of 36 characters as key");
}

TEST(JsonError, a_field_or_key_given_twice) {
  expect_says(read_error<Order>(R"({"id":"a","quantity":1,"id":"b"})"), "$.id", "the field is there twice");
  expect_says(read_error<Order>(R"({"id":"a","\u0069d":"b"})"), "$[\"\\u0069d\"]", "the field is there twice");
  expect_says(read_error<Order>(R"({"counts":{"a":1,"a":1}})"), "$.counts.a", "the key is there twice");
}

TEST(JsonError, bad_utf8_and_bad_escapes) {
  for (const char* bytes :
       {"\xff", "\x80", "\xc0\xaf", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x80\x80\x80"}) {
    const std::string text = std::string{R"({"id":"ok ü","items":[{"name":")"} + bytes + "\"}]}";
    expect_says(read_error<Order>(text), "$.items[0].name", "the text is not UTF-8");
    expect_says(read_error<Nothing>(text), "$.items[0].name", "the text is not UTF-8");
  }
  for (const char* escape : {R"(\ud800)", R"(\udc00)", R"(\ud800\u0041)", R"(\ud800\ud800)", R"(\ud83c x)", R"(\x41)",
                             R"(\u12)", R"(\u12g4)", R"(\U0041)", R"(\')"}) {
    const std::string text = std::string{R"({"id":")"} + escape + "\"}";
    expect_says(read_error<Order>(text), "$.id", "a string holds an escape that is not valid");
    expect_says(read_error<Nothing>(text), "$.id", "a string holds an escape that is not valid");
    const std::string key = std::string{R"({"a":{")"} + escape + "\":1}}";
    EXPECT_EQ(read_error<Nothing>(key).path().substr(0, 3), "$.a");
  }
  expect_says(read_error<Order>("{\"id\":\"a\nb\"}"), "$.id", "a control character in a string must be escaped");
  expect_says(read_error<Order>("{\"id\":\"\\\"\t\"}"), "$.id", "a control character in a string must be escaped");
}

TEST(JsonError, trailing_text) {
  for (const char* text :
       {"{}x", "{} {}", "{},{}", "{}]", "{}],[{}", "{}}", "{},", "{}1", "{}\"\"", "{}:", "{},\"a\":1"}) {
    const std::string what = read_error<Nothing>(text).what();
    EXPECT_NE(what.find("malformed JSON"), what.npos) << text;
  }
  EXPECT_NO_THROW((void)from_json<Nothing>(" \t\r\n{} \t\r\n"));
}

TEST(JsonError, every_truncation_of_a_document) {
  const std::string text =
      R"({"id":"o\u00fc\"1","quantity":10,"items":[{"name":"pear","price":1.5,"tags":["a"]}],)"
      R"("other":[true,null,{"a":[1]}]})";
  EXPECT_NO_THROW((void)from_json<Order>(text));
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_THROW((void)from_json<Order>(text.substr(0, size)), JsonError) << text.substr(0, size);
    EXPECT_THROW((void)from_json<Nothing>(text.substr(0, size)), JsonError) << text.substr(0, size);
  }
  expect_says(read_error<Order>(text.substr(0, 10)), "$.id", "the text ends within a string");
}

TEST(JsonError, malformed_parts_that_are_ignored_are_still_errors) {
  for (const char* part : {"nul",        "nulll",
                           "True",       "tru",
                           "truee",      "falsy",
                           "01",         "-",
                           "-a",         "+1",
                           "1.",         ".5",
                           "1e",         "1e+",
                           "0x1",        "1 2",
                           "NaN",        "Infinity",
                           "-Infinity",  "'a'",
                           "a",          "[1,]",
                           "[,1]",       "[1 2]",
                           "[",          "]",
                           "{",          "}",
                           "{\"a\"}",    "{\"a\":}",
                           "{\"a\":1,}", "{,}",
                           "{a:1}",      "{1:1}",
                           "{\"a\" 1}",  "{\"a\":1 \"b\":2}",
                           "[1}",        "{\"a\":1]",
                           "\"a",        "",
                           "1e400",      "/**/1",
                           "1//",        "[1,,2]",
                           "{\"a\"::1}", "[:]",
                           "{\"a\":[}]", "true false",
                           "\"a\"\"b\"", "[\"a\"\"b\"]",
                           "-01",        "1.5.5",
                           "1e5e5",      "--1"}) {
    const std::string field = std::string{R"({"ignored":)"} + part + ",\"id\":\"x\"}";
    const JsonError error = read_error<Order>(field);
    EXPECT_EQ(error.path().substr(0, 1), "$") << field;
    const std::string last = std::string{R"({"id":"x","ignored":[[)"} + part + "]]}";
    if (part[0] == '\0') continue;  // "[[]]" is well-formed
    EXPECT_THROW((void)from_json<Order>(last), JsonError) << last;
  }
  expect_says(read_error<Order>(R"({"ignored":[{"a":tru}]})"), "$.ignored[0].a", "malformed JSON near 'tru}]}'");
}

TEST(JsonError, what_is_no_json_at_all) {
  expect_says(read_error<Order>(""), "$", "the text is empty");
  expect_says(read_error<Order>("  \n "), "$", "the text is empty");
  for (const char* text :
       {"x", "<xml/>", "\xef\xbb\xbf{}", "]", "}", ",", ":", "\"", "[", "{", "[[[[", "{\"a\":{\"a\":{"}) {
    EXPECT_THROW((void)from_json<Order>(text), JsonError) << text;
    EXPECT_THROW((void)from_json<Nothing>(text), JsonError) << text;
  }
  EXPECT_THROW((void)from_json<Order>(std::string_view("{}\0", 3)), JsonError);
  EXPECT_THROW((void)from_json<Order>(std::string_view("\0", 1)), JsonError);
}

TEST(JsonError, nesting_is_limited_to_32_in_both_directions) {
  Deep value;
  Deep* last = &value;
  for (int i = 0; i < 15; ++i) last = &last->in.emplace_back();
  const std::string text = to_json(value);  // 16 objects in 16 arrays: the limit
  EXPECT_EQ(to_json(from_json<Deep>(text)), text);
  last->in.emplace_back();
  std::string path = "$";
  for (int i = 0; i < 16; ++i) path += ".in[0]";
  expect_says(write_error(value), path, "nested deeper than 32");
  expect_says(read_error<Deep>(std::string{text}.replace(text.find("[]"), 2, R"([{"in":[]}])")), path,
              "nested deeper than 32");

  EXPECT_NO_THROW((void)from_json<Nothing>(R"({"a":)" + nested(31) + "}"));
  path = "$.a";
  for (int i = 0; i < 31; ++i) path += "[0]";
  expect_says(read_error<Nothing>(R"({"a":)" + nested(32) + "}"), path, "nested deeper than 32");
  EXPECT_THROW((void)from_json<Nothing>(R"({"a":)" + nested(100'000) + "}"), JsonError);
  EXPECT_THROW((void)from_json<Nothing>(std::string(100'000, '[')), JsonError);
}

TEST(JsonError, values_that_json_cannot_hold) {
  Floats floats;
  floats.by_name["a b"] = {1, std::numeric_limits<double>::quiet_NaN()};
  expect_says(write_error(floats), "$.by_name[\"a b\"][1]", "NaN cannot be written as JSON");
  floats.by_name.clear();
  floats.narrow = -std::numeric_limits<float>::infinity();
  expect_says(write_error(floats), "$.narrow", "an infinite number cannot be written as JSON");

  Order order;
  order.items.resize(2);
  order.items[1].tags = {"fine ü", "bad \xff"};
  expect_says(write_error(order), "$.items[1].tags[1]", "a string that is not UTF-8 cannot be written as JSON");
  order.items.clear();
  order.color = static_cast<Color>(77);
  expect_says(write_error(order), "$.color", "the value 77 of enum Color has no name");
  EXPECT_EQ(to_json(5), "5");  // the thread's buffer is free again after an error
}

TEST(JsonError, is_an_error_of_leftfold) {
  const JsonError error{"$.a", "problem"};
  const Error& base = error;
  EXPECT_EQ(base.code(), Errc::invalid_data);
  EXPECT_FALSE(base.retryable());
  EXPECT_STREQ(base.what(), "JSON at $.a: problem");
}
