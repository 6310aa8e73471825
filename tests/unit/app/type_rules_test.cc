// SPDX-License-Identifier: Apache-2.0
// The table of docs/reference/schema.md, row by row.
#include "app/type_rules.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <leftfold/json/shape.h>

namespace {

using leftfold::Json;
using leftfold::app::compare_types;
using leftfold::app::TypeProblem;
using leftfold::json::shape_of;

// "path: why" of each problem; empty when Reader reads all that Writer stores.
template <class Reader, class Writer>
std::vector<std::string> problems() {
  std::vector<std::string> found;
  compare_types(shape_of<Reader>(), shape_of<Writer>(), "", [&](const TypeProblem& problem) {
    EXPECT_FALSE(problem.what.empty());
    EXPECT_FALSE(problem.why.empty());
    found.push_back(problem.path + ": " + problem.what + ": " + problem.why);
  });
  return found;
}
template <class Reader, class Writer>
bool reads() {
  return problems<Reader, Writer>().empty();
}
// Whether the only problem says this.
template <class Reader, class Writer>
testing::AssertionResult fails(const std::string& text) {
  const auto found = problems<Reader, Writer>();
  if (found.size() == 1 && found[0].find(text) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << found.size() << " problems, " << (found.empty() ? "none" : found[0]);
}

TEST(TypeRules, WholeNumbersMayGrow) {
  EXPECT_TRUE((reads<std::int64_t, std::int32_t>()));
  EXPECT_TRUE((reads<std::int64_t, std::uint32_t>()));
  EXPECT_TRUE((reads<std::uint16_t, std::uint8_t>()));
  EXPECT_TRUE((reads<leftfold::Version, std::int64_t>()));
  EXPECT_TRUE((reads<std::int64_t, leftfold::Position>()));
  EXPECT_TRUE((fails<std::int32_t, std::int64_t>("stored as int64, read as int32: large numbers do not fit")));
  EXPECT_TRUE((fails<std::int64_t, std::uint64_t>("large numbers do not fit")));
  EXPECT_TRUE((fails<std::uint64_t, std::int8_t>("negative numbers do not fit")));
}

TEST(TypeRules, WholeNumbersBecomeFloatingOnesThatHoldTheirDigits) {
  EXPECT_TRUE((reads<double, std::int32_t>()));
  EXPECT_TRUE((reads<double, std::uint32_t>()));
  EXPECT_TRUE((reads<float, std::int16_t>()));
  EXPECT_TRUE((fails<double, std::int64_t>("beyond 2^53")));
  EXPECT_TRUE((fails<float, std::int32_t>("beyond 2^24")));
  EXPECT_TRUE((fails<std::int64_t, double>("another form")));
  EXPECT_TRUE((reads<double, float>()));
  EXPECT_TRUE((fails<float, double>("do not fit")));
}

TEST(TypeRules, AValueMayBecomeOptionalAndNotTheOtherWay) {
  EXPECT_TRUE((reads<std::optional<int>, int>()));
  EXPECT_TRUE((reads<std::optional<std::int64_t>, std::optional<int>>()));
  EXPECT_TRUE((reads<std::optional<int>, std::monostate>()));
  EXPECT_TRUE((fails<int, std::optional<int>>("it may be null")));
  EXPECT_TRUE((fails<std::optional<int>, std::optional<std::int64_t>>("large numbers")));
}

enum class Color { red, green };
namespace later {
enum class Color { red, green, blue };
}

TEST(TypeRules, EnumsMayGetNames) {
  EXPECT_TRUE((reads<later::Color, Color>()));
  EXPECT_TRUE((fails<Color, later::Color>("the reader's enum lacks blue")));
  EXPECT_TRUE((reads<std::string, Color>()));
  EXPECT_TRUE((fails<Color, std::string>("another form")));
}

TEST(TypeRules, TextsMayBeReadAsStrings) {
  EXPECT_TRUE((reads<std::string, leftfold::Uuid>()));
  EXPECT_TRUE((reads<std::string, leftfold::Bytes>()));
  EXPECT_TRUE((reads<std::string, std::chrono::seconds>()));
  EXPECT_TRUE((fails<leftfold::Uuid, std::string>("another form")));
  EXPECT_TRUE((fails<std::string, int>("another form")));
  EXPECT_TRUE((fails<bool, int>("another form")));
}

TEST(TypeRules, ListsAndSets) {
  EXPECT_TRUE((reads<std::vector<int>, std::set<int>>()));
  EXPECT_TRUE((reads<std::vector<int>, std::array<int, 3>>()));
  EXPECT_TRUE((reads<std::vector<std::int64_t>, std::vector<int>>()));
  EXPECT_TRUE((reads<std::vector<bool>, std::set<bool>>()));
  EXPECT_TRUE((fails<std::set<int>, std::vector<int>>("a set drops")));
  EXPECT_TRUE((fails<std::array<int, 3>, std::vector<int>>("its own number of elements")));
  EXPECT_TRUE((fails<std::array<int, 3>, std::array<int, 4>>("its own number of elements")));
  EXPECT_TRUE((fails<std::vector<int>, std::vector<std::int64_t>>("[]: stored as int64")));
  EXPECT_TRUE((fails<std::vector<int>, int>("another form")));
}

TEST(TypeRules, MapsByKeyAndValue) {
  using Ints = std::map<std::string, int>;
  EXPECT_TRUE((reads<Ints, std::map<leftfold::Uuid, int>>()));
  EXPECT_TRUE((reads<std::map<std::string, std::int64_t>, Ints>()));
  EXPECT_TRUE((fails<std::map<leftfold::Uuid, int>, Ints>("another form")));
  EXPECT_TRUE((fails<std::map<Color, int>, std::map<later::Color, int>>("lacks blue")));
}

TEST(TypeRules, TimesMayGetFiner) {
  using namespace std::chrono;
  EXPECT_TRUE((reads<nanoseconds, seconds>()));
  EXPECT_TRUE((reads<seconds, hours>()));
  EXPECT_TRUE((reads<sys_time<milliseconds>, sys_time<seconds>>()));
  EXPECT_TRUE((fails<seconds, milliseconds>("finer times")));
  EXPECT_TRUE((fails<hours, seconds>("finer times")));
  EXPECT_TRUE((fails<seconds, sys_time<seconds>>("another form")));
}

struct Street {
  std::string name;
};
TEST(TypeRules, VariantsMayGetAlternatives) {
  using Two = std::variant<int, Street>;
  using Three = std::variant<std::monostate, int, Street>;
  EXPECT_TRUE((reads<Three, Two>()));
  EXPECT_TRUE((fails<Two, Three>("the reader's variant lacks null")));
  EXPECT_TRUE((fails<Two, int>("another form")));
}

enum class NoZero { one = 1 };
struct Before {
  int qty = 1;
  std::string name;
  int gone = 0;
};
struct Added {
  int qty = 1;
  std::string name;
  int gone = 0;
  double price = 0.5;
};
struct Removed {
  int qty = 1;
  std::string name;
};
struct Renamed {
  int quantity = 1;
  std::string name;
  int gone = 0;
};
struct Retyped {
  std::string qty;
  std::string name;
  int gone = 0;
};
struct WithoutDefault {
  int qty = 1;
  std::string name;
  int gone = 0;
  NoZero which{};
};
struct Outer {
  std::vector<Before> items;
};
struct OuterLater {
  std::vector<Retyped> items;
};

TEST(TypeRules, FieldsMayComeAndGo) {
  EXPECT_TRUE((reads<Added, Before>()));
  EXPECT_TRUE((reads<Removed, Before>()));
  EXPECT_TRUE((fails<Retyped, Before>(".qty: stored as int32, read as string")));
  EXPECT_TRUE((fails<WithoutDefault, Before>(".which: not stored, and without a default")));
  EXPECT_TRUE((fails<OuterLater, Outer>(".items[].qty: ")));
}

TEST(TypeRules, AFieldThatLooksRenamedLosesWhatIsStored) {
  EXPECT_TRUE((fails<Renamed, Before>(R"(.quantity: stored as "qty", as it seems: renamed)")));
  std::vector<TypeProblem> found;
  leftfold::app::compare_fields(shape_of<Renamed>().at("fields"), shape_of<Before>().at("fields"), "",
                                leftfold::app::Renames::ruled_out,
                                [&](const TypeProblem& problem) { found.push_back(problem); });
  EXPECT_TRUE(found.empty());
}

TEST(TypeRules, AStructInItselfIsComparedOnce) {
  struct Node {
    std::vector<Node> children;
  };
  EXPECT_TRUE((reads<Node, Node>()));
}

TEST(TypeRules, RefuseWhatIsNoStructure) {
  EXPECT_THROW(compare_types(Json::object({{"what", 1}}), Json{"int32"}, "", [](const TypeProblem&) {}),
               leftfold::JsonError);
}

}  // namespace
