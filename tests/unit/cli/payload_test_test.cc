// SPDX-License-Identifier: Apache-2.0
#include "cli/payload_test.h"

#include <gtest/gtest.h>

#include <string_view>

#include "cli/flags.h"

namespace leftfold::cli {
namespace {

bool holds(std::string_view test, std::string_view payload) { return PayloadTest{"--where", test}.holds(payload); }

TEST(PayloadTest, MembersInMembers) {
  constexpr std::string_view kPayload = R"({"product_id":"apple","address":{"city":"Rome","zip":"00100"}})";
  EXPECT_TRUE(holds("product_id=apple", kPayload));
  EXPECT_TRUE(holds("address.city=Rome", kPayload));
  EXPECT_FALSE(holds("address.city=Roma", kPayload));
  EXPECT_FALSE(holds("city=Rome", kPayload));
  EXPECT_FALSE(holds("address=Rome", kPayload));
  EXPECT_FALSE(holds("product_id=Rome", kPayload));
  EXPECT_FALSE(holds("product_id.city=Rome", kPayload));
}

TEST(PayloadTest, NumbersAreDecimalsAndTextsAreTexts) {
  EXPECT_TRUE(holds("n=2", R"({"n":2.0})"));
  EXPECT_TRUE(holds("n=2.0", R"({"n":2})"));
  EXPECT_TRUE(holds("n=2", R"({"n":"2"})"));
  EXPECT_FALSE(holds("n=2.0", R"({"n":"2"})"));
  EXPECT_FALSE(holds("n=2", R"({"n":20})"));
  EXPECT_TRUE(holds("n=12345678901234567890", R"({"n":12345678901234567890})"));
}

TEST(PayloadTest, TrueFalseNullAndTheEmptyText) {
  EXPECT_TRUE(holds("b=true", R"({"b":true})"));
  EXPECT_FALSE(holds("b=false", R"({"b":true})"));
  EXPECT_TRUE(holds("c=null", R"({"c":null})"));
  EXPECT_FALSE(holds("d=null", R"({"c":null})"));
  EXPECT_TRUE(holds("c=", R"({"c":""})"));
  EXPECT_FALSE(holds("c=", R"({"c":null})"));
}

TEST(PayloadTest, AnyElementOfAnArrayOrOne) {
  constexpr std::string_view kPayload = R"({"lines":[{"id":"a"},{"id":"b"}],"tags":["x","y"],"none":[]})";
  EXPECT_TRUE(holds("lines.id=b", kPayload));
  EXPECT_TRUE(holds("lines.1.id=b", kPayload));
  EXPECT_FALSE(holds("lines.0.id=b", kPayload));
  EXPECT_FALSE(holds("lines.2.id=b", kPayload));
  EXPECT_TRUE(holds("tags=y", kPayload));
  EXPECT_FALSE(holds("none=y", kPayload));
}

TEST(PayloadTest, NamesWithMarksInThem) {
  EXPECT_TRUE(holds(R"(a\.b=1)", R"({"a.b":1})"));
  EXPECT_TRUE(holds(R"(a\=b=1)", R"({"a=b":1})"));
  EXPECT_TRUE(holds(R"(a=b=c)", R"({"a":"b=c"})"));
}

TEST(PayloadTest, EscapesAreRead) {
  EXPECT_TRUE(holds("city=Köln", R"({"city":"K\u00f6ln"})"));
  EXPECT_TRUE(holds("city=Köln", R"({"\u0063ity":"Köln"})"));
  EXPECT_TRUE(holds("q=say \"hi\"", R"({"q":"say \"hi\""})"));
}

TEST(PayloadTest, WhatIsNoJsonHoldsNothing) {
  EXPECT_FALSE(holds("a=1", R"({"a":1)"));
  EXPECT_FALSE(holds("a=1", "a 1"));
  EXPECT_FALSE(holds("a=1", ""));
}

TEST(PayloadTest, RefusesWhatIsNoTest) {
  for (const std::string_view bad : {"", "a", "=1", ".a=1", "a.=1", "a..b=1", R"(a\=1)"}) {
    EXPECT_THROW((PayloadTest{"--where", bad}), UsageError) << bad;
  }
}

}  // namespace
}  // namespace leftfold::cli
