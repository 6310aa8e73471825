// SPDX-License-Identifier: Apache-2.0
#include "app/schema_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/app.h>
#include <leftfold/error.h>
#include <leftfold/listener.h>
#include <leftfold/upcast.h>

#include "app/schema.h"
#include "support/failure_of.h"

namespace {

using leftfold::App;
using leftfold::Json;
using leftfold::app::Compatibility;
using leftfold::app::incompatibilities;
using leftfold::app::Incompatibility;
using leftfold::test_support::failure;

// Programs that differ in one thing each, in namespaces so that their structs have the same names.
template <class List>
struct AnyState {
  template <class E>
  void apply(const E&) {}
};
template <class List>
class CartOf : public leftfold::AggregateRoot<AnyState<List>, List> {
 public:
  using leftfold::AggregateRoot<AnyState<List>, List>::AggregateRoot;
};

struct CheckedOut {};
struct Viewed {};

namespace first {
struct ItemAdded {
  std::string sku;
  int quantity = 1;
};
using List = leftfold::Events<ItemAdded, CheckedOut>;
class Cart : public CartOf<List> {
  using CartOf<List>::CartOf;
};
}  // namespace first
namespace more_fields {
struct ItemAdded {
  std::string sku;
  int quantity = 1;
  double price = 0;
};
using List = leftfold::Events<ItemAdded, CheckedOut>;
}  // namespace more_fields
namespace retyped {
struct ItemAdded {
  std::string sku;
  std::string quantity;
};
using List = leftfold::Events<ItemAdded, CheckedOut>;
}  // namespace retyped
namespace upcasted {
struct ItemAdded {
  std::string sku;
  std::string quantity;
  static constexpr int event_version = 2;
  static void from_1(Json& payload) { payload["quantity"] = payload.at("quantity").text(); }
  using Upcasts = leftfold::Upcasts<&from_1>;
};
using List = leftfold::Events<ItemAdded, CheckedOut>;
}  // namespace upcasted
namespace bumped {
struct ItemAdded {
  std::string sku;
  std::string quantity;
  static constexpr int event_version = 2;
  using Upcasts = leftfold::Upcasts<leftfold::unchanged>;
};
using List = leftfold::Events<ItemAdded, CheckedOut>;
}  // namespace bumped
namespace renamed_event {
struct LineAdded {
  std::string sku;
  int quantity = 1;
  static constexpr std::string_view former_names[] = {"ItemAdded"};
};
using List = leftfold::Events<LineAdded, CheckedOut>;
}  // namespace renamed_event
namespace forgetful {
struct LineAdded {
  std::string sku;
  int quantity = 1;
};
using List = leftfold::Events<LineAdded, CheckedOut>;
}  // namespace forgetful
using Fewer = leftfold::Events<first::ItemAdded>;
using Dropping = leftfold::Events<first::ItemAdded, leftfold::Dropped<"CheckedOut">>;
using More = leftfold::Events<first::ItemAdded, CheckedOut, Viewed>;

template <class List>
Json schema(std::string_view aggregate = "Cart") {
  leftfold::AggregateInfo info{aggregate, {}};
  info.catalog = leftfold::catalog_of<List>();
  return leftfold::app::schema_of("shop", std::vector{info}, {});
}

std::vector<std::string> found(const Json& before, const Json& after, Compatibility mode = Compatibility::full) {
  std::vector<std::string> paths;
  for (const Incompatibility& each : incompatibilities(before, after, mode)) {
    EXPECT_FALSE(each.why.empty());
    EXPECT_FALSE(each.next.empty());
    paths.push_back(std::string{each.direction} + " " + each.path + ": " + each.what);
  }
  return paths;
}
using Paths = std::vector<std::string>;

TEST(SchemaRules, TheSameProgramIsCompatible) {
  EXPECT_EQ(found(schema<first::List>(), schema<first::List>()), Paths{});
}

TEST(SchemaRules, AFieldMoreIsFullyCompatible) {
  EXPECT_EQ(found(schema<first::List>(), schema<more_fields::List>()), Paths{});
}

TEST(SchemaRules, AnotherTypeBreaksBothWays) {
  EXPECT_EQ(found(schema<first::List>(), schema<retyped::List>()),
            (Paths{"backward events.ItemAdded.quantity: stored as int32, read as string",
                   "forward events.ItemAdded.quantity: stored as string, read as int32"}));
}

TEST(SchemaRules, AnUpcastMakesItLegalBackward) {
  EXPECT_EQ(found(schema<first::List>(), schema<upcasted::List>()),
            Paths{"forward events.ItemAdded: version 2 is stored, the old program knows 1"});
}

TEST(SchemaRules, UnchangedIsHeldToItsWord) {
  EXPECT_EQ(found(schema<first::List>(), schema<bumped::List>(), Compatibility::backward),
            Paths{"backward events.ItemAdded.quantity: stored as int32, read as string"});
}

TEST(SchemaRules, AVersionNeverGoesBack) {
  EXPECT_EQ(found(schema<upcasted::List>(), schema<first::List>(), Compatibility::backward),
            Paths{"backward events.ItemAdded: version 2 is stored, the new program knows 1"});
}

TEST(SchemaRules, AFormerNameIsKnownToTheNewProgramAlone) {
  EXPECT_EQ(found(schema<first::List>(), schema<renamed_event::List>()),
            Paths{"forward aggregates.Cart.LineAdded: the event is new"});
}

TEST(SchemaRules, AnEventThatIsGoneHasToBeDropped) {
  EXPECT_EQ(found(schema<first::List>(), schema<Fewer>()),
            Paths{"backward aggregates.Cart.CheckedOut: the event is gone"});
  EXPECT_EQ(found(schema<first::List>(), schema<Dropping>()), Paths{});
}

TEST(SchemaRules, ANewEventStopsOlderPrograms) {
  EXPECT_EQ(found(schema<first::List>(), schema<More>()), Paths{"forward aggregates.Cart.Viewed: the event is new"});
}

TEST(SchemaRules, AnAggregateMayComeAndGoAsAWhole) {
  const Json none = leftfold::app::schema_of("shop", {}, {});
  EXPECT_EQ(found(none, schema<first::List>()), Paths{});
  EXPECT_EQ(found(schema<first::List>(), none), Paths{});
}

TEST(SchemaRules, AnAggregateMayHaveAnotherNameButNotLoseEvents) {
  EXPECT_EQ(found(schema<first::List>("Cart"), schema<first::List>("Basket")), Paths{});
  EXPECT_EQ(found(schema<first::List>("Cart"), schema<Fewer>("Basket"), Compatibility::backward),
            Paths{"backward aggregates.Cart.CheckedOut: the event is gone"});
}

TEST(SchemaRules, OneDirectionIsAskedForOrNone) {
  EXPECT_EQ(found(schema<first::List>(), schema<More>(), Compatibility::backward), Paths{});
  EXPECT_EQ(found(schema<first::List>(), schema<Fewer>(), Compatibility::forward), Paths{});
  EXPECT_EQ(found(schema<first::List>(), schema<retyped::List>(), Compatibility::none), Paths{});
}

TEST(SchemaRules, KnowTheirModesByName) {
  EXPECT_EQ(leftfold::app::compatibility_of("full"), Compatibility::full);
  const auto [code, text] = failure([] { (void)leftfold::app::compatibility_of("backwards"); });
  EXPECT_EQ(code, "invalid_argument");
  EXPECT_NE(text.find("did you mean \"backward\"?"), std::string::npos) << text;
}

// What is stored is older than the program before: it may bear a name, or be of a version, that only older ones wrote.
TEST(SchemaRules, WhatOlderProgramsStoredStaysReadable) {
  EXPECT_EQ(found(schema<renamed_event::List>(), schema<forgetful::List>(), Compatibility::backward),
            Paths{"backward aggregates.Cart.ItemAdded: events stored under this name are unknown"});
  EXPECT_EQ(found(schema<Dropping>(), schema<Fewer>(), Compatibility::backward),
            Paths{"backward aggregates.Cart.CheckedOut: events stored under this name are unknown"});
  EXPECT_EQ(found(schema<upcasted::List>(), schema<bumped::List>(), Compatibility::backward),
            Paths{"backward events.ItemAdded: the upcast from version 1 is gone"});
  EXPECT_EQ(found(schema<renamed_event::List>(), schema<renamed_event::List>()), Paths{});
  EXPECT_EQ(found(schema<Dropping>(), schema<first::List>(), Compatibility::backward), Paths{});
  EXPECT_EQ(found(schema<bumped::List>(), schema<upcasted::List>(), Compatibility::backward), Paths{});
}

struct Prices : leftfold::Listener<leftfold::Events<more_fields::ItemAdded>> {
  void on(const more_fields::ItemAdded&) {}
};
struct Quantities : leftfold::Listener<leftfold::Events<retyped::ItemAdded>> {
  void on(const retyped::ItemAdded&) {}
};
struct State {
  int items = 0;
  void apply(const first::ItemAdded&) {}
  void apply(const CheckedOut&) {}
};
struct Cart : leftfold::AggregateRoot<State, first::List> {
  using AggregateRoot::AggregateRoot;
};

TEST(SchemaRules, AHandlersOwnStructIsReadToo) {
  App app{"shop", {}};
  app.aggregate<Cart>();
  app.listener<Quantities>();
  app.listener<Prices>();
  const Json schema = app.schema();
  EXPECT_EQ(found(schema, schema, Compatibility::backward),
            Paths{"backward handlers.Quantities.ItemAdded.quantity: stored as int32, read as string"});
}

TEST(Schema, IsSortedAndComplete) {
  App app{"shop", {}};
  app.listener<Prices>();
  app.aggregate<Cart>();
  EXPECT_EQ(app.schema().text(),
            R"({"aggregates":{"Cart":{"events":["CheckedOut","ItemAdded"],"state":{"fields":)"
            R"({"items":{"default":0,"type":"int32"}},"struct":"State"}}},)"
            R"("events":{"CheckedOut":{"fields":{},"version":1},)"
            R"("ItemAdded":{"fields":{"quantity":{"default":1,"type":"int32"},)"
            R"("sku":{"default":"","type":"string"}},"version":1}},)"
            R"("handlers":{"Prices":{"ignores":[],"kind":"listener","reads":{"ItemAdded":{"fields":)"
            R"({"price":{"default":0,"type":"float64"},"quantity":{"default":1,"type":"int32"},)"
            R"("sku":{"default":"","type":"string"}},)"
            R"("version":1}},"receives":["ItemAdded"]}},"leftfold_schema":1,"program":"shop"})");
}

TEST(Schema, TellsUpcastsFormerNamesAndWhatIsDropped) {
  const Json events = schema<upcasted::List>().at("events");
  EXPECT_EQ(events.at("ItemAdded").at("upcasts").text(), R"(["changes"])");
  EXPECT_EQ(schema<bumped::List>().at("events").at("ItemAdded").at("upcasts").text(), R"(["unchanged"])");
  EXPECT_EQ(schema<renamed_event::List>().at("events").at("LineAdded").at("former_names").text(), R"(["ItemAdded"])");
  EXPECT_EQ(schema<Dropping>().at("aggregates").at("Cart").at("dropped").text(), R"(["CheckedOut"])");
}

TEST(Schema, IsReadFromAFileOrRefused) {
  const Json written = schema<upcasted::List>();
  EXPECT_EQ(leftfold::app::read_schema(written.indented(), "schema.json").text(), written.text());
  EXPECT_EQ(failure([] { (void)leftfold::app::read_schema("{}", "x.json"); }).first, "invalid_data");
  EXPECT_EQ(failure([] { (void)leftfold::app::read_schema("no", "x.json"); }).first, "invalid_data");
  EXPECT_EQ(failure([] { (void)leftfold::app::read_schema(R"({"leftfold_schema":2})", "x.json"); }).first,
            "unsupported");
}

}  // namespace
