// SPDX-License-Identifier: Apache-2.0
#include <leftfold/error.h>
#include <leftfold/handler_table.h>
#include <leftfold/listener.h>
#include <leftfold/projector.h>

#include <gtest/gtest.h>

#include <vector>

#include "unit/core/cart.h"

namespace cart_tests {
namespace {

using leftfold::Errc;
using leftfold::Error;
using leftfold::EventMetadata;
using leftfold::HandlerTable;
using leftfold::RecordedEvent;

struct Totals : leftfold::Projector<CartEvents> {
  void on(const CartItemAdded& e) { total += e.quantity; }
  void on(const CartCheckedOut&, const EventMetadata& meta) { closed.push_back(meta.aggregate_id); }
  void reset() {}
  int total = 0;
  std::vector<std::string> closed;
};

struct Refund {
  int cents = 0;
  static constexpr std::string_view event_name = "RefundPaid";
  static constexpr int event_version = 3;
  using Upcasts = leftfold::Upcasts<leftfold::unchanged, leftfold::unchanged>;
};
struct Mail : leftfold::Listener<CartEvents, leftfold::Events<Refund>> {
  static constexpr std::string_view handler_name = "mail-v2";
  void on(const Refund& r) const { last = r.cents; }
  mutable int last = 0;
};

RecordedEvent event(std::string_view type, std::string_view payload, int schema_version = 1) {
  RecordedEvent e;
  e.type = type;
  e.payload = payload;
  e.aggregate_id = "cart-7";
  e.version = leftfold::Version{2};
  e.schema_version = schema_version;
  return e;
}

TEST(HandlerTable, FindsBothFormsOfOn) {
  Totals totals;
  const HandlerTable table = HandlerTable::of(totals);
  EXPECT_TRUE(table.handle(event("CartItemAdded", R"({"product_id":"apple","quantity":4})")));
  EXPECT_TRUE(table.handle(event("CartCheckedOut", "{}")));
  EXPECT_EQ(totals.total, 4);
  EXPECT_EQ(totals.closed, std::vector<std::string>{"cart-7"});
}

TEST(HandlerTable, SaysWhatItReceivesAndIgnores) {
  Totals totals;
  const HandlerTable table = HandlerTable::of(totals);
  ASSERT_EQ(table.entries().size(), 2U);
  EXPECT_EQ(table.entries()[0].type, "CartItemAdded");
  EXPECT_EQ(table.ignored(), std::vector<std::string_view>{"CartItemRemoved"});
  EXPECT_TRUE(table.handles("CartCheckedOut"));
  EXPECT_FALSE(table.handles("CartItemRemoved"));
  EXPECT_FALSE(table.handle(event("CartItemRemoved", "{}")));
  EXPECT_FALSE(table.handle(event("SomebodyElses", "not even JSON")));
}

TEST(HandlerTable, UsesTheNamesThatTheTypesGive) {
  Mail mail;
  const HandlerTable table = HandlerTable::of(mail);
  EXPECT_TRUE(table.handle(event("RefundPaid", R"({"cents":250})", 3)));
  EXPECT_EQ(mail.last, 250);
  EXPECT_EQ(leftfold::handler_name<Mail>(), "mail-v2");
  EXPECT_EQ(leftfold::handler_name<Totals>(), "Totals");
}

TEST(HandlerTable, KnowsAHandlerThatIsConst) {
  Mail mail;
  Totals totals;
  EXPECT_TRUE(HandlerTable::of(mail).is_const());
  EXPECT_FALSE(HandlerTable::of(totals).is_const());
}

TEST(HandlerTable, NamesTheEventThatDoesNotDecode) {
  Totals totals;
  try {
    (void)HandlerTable::of(totals).handle(event("CartItemAdded", R"({"quantity":"many"})"));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::invalid_data);
    const std::string what = e.what();
    EXPECT_NE(what.find("cart-7"), what.npos) << what;
    EXPECT_NE(what.find("version 2"), what.npos) << what;
    EXPECT_NE(what.find("$.quantity"), what.npos) << what;
  }
}

TEST(HandlerTable, RefusesAnEventOfANewerProgram) {
  Mail mail;
  const HandlerTable table = HandlerTable::of(mail);
  try {
    (void)table.handle(event("RefundPaid", "{}", 4));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::unsupported);
    EXPECT_NE(std::string_view{e.what()}.find("event_version 4, this program knows 3"), std::string_view::npos)
        << e.what();
  }
  EXPECT_TRUE(table.handle(event("RefundPaid", "{}", 1)));  // older: missing fields keep their defaults
}

TEST(HandlerTable, ReceivesWhatNobodyCanReadAndSaysWhy) {
  Totals totals;
  const HandlerTable table = HandlerTable::of(totals);
  EXPECT_TRUE(table.handles(leftfold::kUnreadable));
  for (const bool explained : {true, false}) {
    RecordedEvent e = event(leftfold::kUnreadable, "\xff");
    e.version = leftfold::Version::none();
    e.partition = 3;
    e.position = leftfold::Position{18};
    e.metadata = explained ? R"({"unreadable":"Topic/3/17: no JSON"})" : "no JSON either";
    try {
      (void)table.handle(e);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_data);
      const std::string what = error.what();
      EXPECT_NE(what.find(explained ? "Topic/3/17: no JSON" : "does not say why"), what.npos) << what;
      EXPECT_NE(what.find("aggregate \"cart-7\", partition 3, position 18"), what.npos) << what;
    }
  }
}

TEST(HandlerTable, ReceivesWhatCouldNotBePublishedAndSaysWhy) {
  Totals totals;
  const HandlerTable table = HandlerTable::of(totals);
  EXPECT_TRUE(table.handles(leftfold::kUnpublished));
  for (const bool explained : {true, false}) {
    RecordedEvent e = event(leftfold::kUnpublished, "{}");
    e.version = leftfold::Version{4};
    e.metadata = explained ? R"({"unpublished":"it is too large"})" : "";
    try {
      (void)table.handle(e);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_data);
      const std::string what = error.what();
      EXPECT_NE(what.find(explained ? "it is too large" : "does not say why"), what.npos) << what;
      EXPECT_NE(what.find("version 4 of aggregate \"cart-7\""), what.npos) << what;
      EXPECT_NE(what.find("dlq skip"), what.npos) << what;
    }
  }
}

}  // namespace
}  // namespace cart_tests
