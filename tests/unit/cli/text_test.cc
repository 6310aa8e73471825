// SPDX-License-Identifier: Apache-2.0
#include "cli/text.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/table.h"

namespace leftfold::cli {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string json_object(std::string_view text) {
  std::string out;
  append_json_object(out, text);
  return out;
}

TEST(Text, PrintableEscapesWhatATerminalObeysOrHides) {
  EXPECT_EQ(printable("plain \\ \"text\""), "plain \\ \"text\"");
  EXPECT_EQ(printable("a\nb\tc\rd\x1b[31m\x7f"), "a\\nb\\tc\\x0dd\\x1b[31m\\x7f");
  EXPECT_EQ(printable(std::string_view{"\0", 1}), "\\x00");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // C1: a control sequence in one character
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\xe2\\x80\\xae"
            "b");  // right-to-left override
  EXPECT_EQ(printable("grün 日本 😀"), "grün 日本 😀");
}

TEST(Text, PrintableEscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");  // overlong
  EXPECT_EQ(printable("\xe0\x80\x80"), "\\xe0\\x80\\x80");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("x\xe2\x82"), "x\\xe2\\x82");  // cut off
}

TEST(Text, WidthAndClippingCountCharacters) {
  EXPECT_EQ(width("grün"), 4U);
  EXPECT_EQ(clipped("grünes Haus", 7), "grün...");
  EXPECT_EQ(clipped("grün", 4), "grün");
  EXPECT_EQ(clipped("grün", 2), "..");
}

TEST(Text, JsonStringsAreValidWhateverTheBytes) {
  EXPECT_EQ(json_string("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\u000a\\u0001\"");
  EXPECT_EQ(json_string("\xffgr\xc3\xbcn"), "\"\\ufffdgrün\"");
}

TEST(Text, JsonObjectsLoseTheirWhiteSpaceAndNothingElse) {
  EXPECT_EQ(json_object("{\n  \"a b\" : [ 1, \"x \\\" y\" ]\t}"), "{\"a b\":[1,\"x \\\" y\"]}");
  EXPECT_EQ(json_object("{}"), "{}");
}

TEST(Text, WhatIsNoJsonObjectBecomesAString) {
  EXPECT_EQ(json_object("{\"a\":"), "\"{\\\"a\\\":\"");
  EXPECT_EQ(json_object("{\"a\":1}\n{\"b\":2}"), "\"{\\\"a\\\":1}\\u000a{\\\"b\\\":2}\"");
  EXPECT_EQ(json_object(""), "\"\"");
}

TEST(Table, AlignsAndGrowsWithoutShrinking) {
  Table table{{{"N", true}, {"NAME"}, {"REST"}}};
  EXPECT_EQ(table.take(), "");
  table.add({"1", "grün", "x"});
  table.add({"22", "ab\n", "y"});
  EXPECT_EQ(table.take(),
            " N  NAME  REST\n"
            " 1  grün  x\n"
            "22  ab\\n  y\n");
  table.add({"3", "c", ""});
  EXPECT_EQ(table.take(), " 3  c     \n");
}

TEST(Table, IsCutAtTheTerminalsWidth) {
  Table table{{{"A"}, {"B"}}, 8};
  table.add({"1234", "56789"});
  EXPECT_EQ(table.take(), "A     B\n1234 ...\n");
}

TEST(Text, JsonIsTheSameWithEscapesForWhatIsHidden) {
  EXPECT_EQ(printable_json("{\"a\": \"\xc2\x9b \xe2\x80\xae \xc3\xa4 \xf0\x9f\x98\x80\"}\n"),
            "{\"a\": \"\\u009b \\u202e \xc3\xa4 \xf0\x9f\x98\x80\"}\n");
}

}  // namespace
}  // namespace leftfold::cli
