// SPDX-License-Identifier: Apache-2.0
#include <leftfold/json/storable.h>

#include <gtest/gtest.h>

#include <list>

#include "unit/json/types.h"

namespace json_test {
namespace {

using leftfold::json::Storable;

struct Tree {
  std::vector<Tree> children;
  std::map<std::string, Tree> by_name;
};
struct Tag {};
struct Tagged : Tag {
  int a = 0;
};
struct Empty {};
struct WithBase : Price {
  int a = 0;
};
struct WithPointer {
  int* a = nullptr;
};
struct WithArray {
  int a[3] = {};
};
struct WithPrivate {
  int get() const { return a; }

 private:
  int a = 0;
};
struct WithConstructor {
  WithConstructor() {}
  int a = 0;
};
struct Inside {
  std::vector<WithPointer> deep;
};
struct WithConst {
  const int a = 0;
};
struct InsideConst {
  std::vector<WithConst> deep;
};
struct InVariant {
  std::variant<int, WithPointer> either;
};
struct NumberedMap {
  std::map<int, int> counts;
};
struct List {
  std::list<int> values;
};
struct TwoInts {
  std::variant<int, std::int32_t> either;
};
struct NoName {
  std::variant<int, std::vector<int>> either;
};
struct Float {
  std::chrono::duration<double> time;
};
enum Loose { kLoose };

static_assert(Storable<Order> && Storable<Tree> && Storable<Tagged> && Storable<Empty> && Storable<Price>);
static_assert(Storable<std::optional<std::chrono::milliseconds>> && Storable<leftfold::Bytes>);
static_assert(Storable<std::vector<bool>> && Storable<std::map<Color, leftfold::Timestamp>>);
static_assert(!Storable<WithBase> && !Storable<WithPointer> && !Storable<WithArray> && !Storable<WithPrivate>);
static_assert(!Storable<WithConstructor> && !Storable<Inside> && !Storable<WithConst> && !Storable<InsideConst> &&
              !Storable<InVariant> && !Storable<NumberedMap>);
static_assert(!Storable<List> && !Storable<TwoInts> && !Storable<NoName> && !Storable<Float> && !Storable<Loose>);
static_assert(!Storable<std::optional<std::optional<int>>> && !Storable<char> && !Storable<long double>);

TEST(Storable, SaysYesOnlyToWhatCompiles) {
  EXPECT_EQ(leftfold::to_json(Tagged{}), R"({"a":0})");
  EXPECT_EQ(leftfold::to_json(Tree{}), R"({"children":[],"by_name":{}})");
}

}  // namespace
}  // namespace json_test
