// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json/difference.h>

#include <gtest/gtest.h>

#include <map>
#include <random>

#include <leftfold/json.h>
#include <leftfold/json/json_error.h>

namespace leftfold::json {
namespace {

using enum Difference::Kind;
using Differences = std::vector<Difference>;

TEST(Difference, OfEqualDocumentsIsNothing) {
  EXPECT_EQ(differences("{}", "{}"), Differences{});
  EXPECT_EQ(differences(R"( {"a" : [1, 2]} )", R"({"a":[1,2]})"), Differences{});
  EXPECT_EQ(differences(R"({"a":1,"b":2})", R"({"b":2,"a":1})"), Differences{});
}

TEST(Difference, NamesWhatWasAddedRemovedAndChanged) {
  EXPECT_EQ(
      differences(R"({"items":{"apple":2,"pear":1},"open":true})", R"({"items":{"apple":5,"fig":1},"open":true})"),
      (Differences{
          {changed, "/items/apple", "2", "5"}, {removed, "/items/pear", "1", ""}, {added, "/items/fig", "", "1"}}));
  EXPECT_EQ(differences(R"({"log":["a",{"n":1}]})", R"({"log":["a",{"n":2},[]]})"),
            (Differences{{changed, "/log/1/n", "1", "2"}, {added, "/log/2", "", "[]"}}));
  EXPECT_EQ(differences("[1,2,3]", "[1]"), (Differences{{removed, "/1", "2", ""}, {removed, "/2", "3", ""}}));
}

TEST(Difference, OfAnotherKindOfValueIsTheWholeOfIt) {
  EXPECT_EQ(differences("{}", "[]"), (Differences{{changed, "", "{}", "[]"}}));
  EXPECT_EQ(differences(R"({"a":{"b":1}})", R"({"a":null})"), (Differences{{changed, "/a", R"({"b":1})", "null"}}));
  EXPECT_EQ(differences(R"("x")", "1"), (Differences{{changed, "", R"("x")", "1"}}));
}

TEST(Difference, PathsArePointersOfRfc6901) {
  EXPECT_EQ(differences(R"({"a/b":{"m~n":1}})", R"({"a/b":{"m~n":2}})").at(0).path, "/a~1b/m~0n");
  EXPECT_EQ(differences(R"({"":1})", R"({"":2})").at(0).path, "/");
  EXPECT_EQ(differences(R"({"\u0001\"\\":1})", R"({})").at(0).path, "/\x01\"\\");
}

TEST(Difference, StringsMayHoldWhatLooksLikeStructure) {
  EXPECT_EQ(differences(R"({"a":"},]\"\\","b":1})", R"({"a":"},]\"\\","b":2})"),
            (Differences{{changed, "/b", "1", "2"}}));
  EXPECT_EQ(differences(R"({"k:,{\"":[1],"b":1})", R"({"k:,{\"":[2],"b":1})").at(0).path, "/k:,{\"/0");
}

TEST(Difference, AMalformedDocumentIsAnError) {
  for (const char* bad : {"", "{", "[1,]", "{\"a\":1}x", "nul"}) {
    EXPECT_THROW((void)differences("{}", bad), JsonError) << bad;
    EXPECT_THROW((void)differences(bad, "{}"), JsonError) << bad;
  }
  const std::string deep = std::string(33, '[') + std::string(33, ']');
  EXPECT_THROW((void)differences(deep, "1"), JsonError);
  const std::string allowed = std::string(32, '[') + std::string(32, ']');
  EXPECT_EQ(differences(allowed, allowed), Differences{});
}

/// Carries out what the differences say on a document of names and numbers.
void apply(std::map<std::string, int>& document, const Difference& difference) {
  const std::string name = difference.path.substr(1);
  if (difference.kind == removed) document.erase(name);
  else document[name] = from_json<int>(difference.after);
}

TEST(Difference, CarriedOutGivesTheOtherDocument) {
  std::mt19937 random{1};
  const auto document = [&random] {
    std::map<std::string, int> made;
    for (int i = 0; i < 6; ++i)
      made[std::string(1, static_cast<char>('a' + random() % 8))] = static_cast<int>(random() % 3);
    return made;
  };
  for (int round = 0; round < 500; ++round) {
    std::map<std::string, int> from = document();
    const std::map<std::string, int> to = document();
    for (const Difference& each : differences(to_json(from), to_json(to))) apply(from, each);
    EXPECT_EQ(from, to);
  }
}

}  // namespace
}  // namespace leftfold::json
