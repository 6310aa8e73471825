// SPDX-License-Identifier: Apache-2.0
// The text work of lfold new.
#include "cli/stub_text.h"

#include <gtest/gtest.h>

#include "cli/cpp_names.h"
#include "cli/templates.h"

namespace leftfold::cli {
namespace {

using Names = std::vector<std::string>;

TEST(StubText, FileNamesFollowTheWordsOfAName) {
  EXPECT_EQ(snake_of("CartItemAdded"), "cart_item_added");
  EXPECT_EQ(snake_of("HTTPCallEnded"), "http_call_ended");
  EXPECT_EQ(snake_of("Order2Paid"), "order2_paid");
}

TEST(StubText, EventsAreReadFromTheListOfTheAggregate) {
  EXPECT_EQ(events_of("using CartEvents = leftfold::Events<A,\n  B>;", "Cart"), (Names{"A", "B"}));
  EXPECT_EQ(events_of("using CartEvents = leftfold::Events<shop::A, leftfold::Dropped<\"B\">, C>;", "Cart"),
            (Names{"shop::A", "C"}));
  EXPECT_EQ(events_of("using CartEvents = leftfold::Events<A>;", "Order"), Names{});
  EXPECT_EQ(events_of("using CartEvents = leftfold::Events<A, B", "Cart"), Names{});
}

TEST(StubText, ALineBecomesOneAField) {
  const auto fields = read_fields({"name:string", "paid:bool"});
  EXPECT_EQ(with_fields("a\n  std::int64_t a_field = 0;  // [field]\n    a_field = e.a_field;  // [field]\nb", fields),
            "a\n  std::string name;\n  bool paid = false;\n    name = e.name;\n    paid = e.paid;\nb");
  EXPECT_EQ(with_fields("a\n  std::int64_t a_field = 0;  // [field]\n", {}), "a\n");
}

// What is embedded has all that commands look for in it.
TEST(StubText, EveryTemplateHasItsMarks) {
  for (const char* const name : {"stub_event.h", "stub_thing.h", "stub_table.h"}) {
    EXPECT_NE(template_text("stubs/src/" + std::string{name}).find("// [field]\n"), std::string_view::npos) << name;
  }
  for (const char* const name : {"stub_table.h", "stub_effect.h"}) {
    const std::string text = with_events(template_text("stubs/src/" + std::string{name}), {"A", "B"});
    EXPECT_NE(text.find("const A&"), std::string::npos) << text;
    EXPECT_NE(text.find("const B&"), std::string::npos) << text;
    EXPECT_EQ(text.find("[event]"), std::string::npos) << text;
  }
  for (const char* const name : {"minimal", "cart"}) {
    EXPECT_NE(template_text(std::string{name} + "/leftfold.toml").find("\"sqlite:" + std::string{name} + "_app.db\""),
              std::string_view::npos);
  }
}

}  // namespace
}  // namespace leftfold::cli
