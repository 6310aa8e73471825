// SPDX-License-Identifier: Apache-2.0
// Items of events as the Node library writes them.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "dynamodb/event_item.h"
#include "dynamodb/wire.h"
#include "support/code_of.h"

namespace leftfold::dynamodb {
namespace {

TEST(EventItem, one_of_the_node_library_has_the_id_that_docs_format_kafka_md_derives) {
  Item item = event_key("cart-42", Version{0});
  item.push_back({"event", "ItemAdded"});
  EventPage page;
  EXPECT_EQ(add_events(page, "cart-42", head_of("cart-42", item), item, Version{0}, 1), 1U);
  EXPECT_EQ(page[0].id.to_string(), "9bf35d2b-7f34-82a3-8a5a-926c68885902");
  EXPECT_EQ(page[0].commit_id, page[0].id);
}

TEST(EventItem, one_whose_version_has_no_next_one_is_none) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(version_of(event_key("a", Version{kLast})), std::nullopt);
  EXPECT_EQ(version_of(event_key("a", Version{kLast - 1})), Version{kLast - 1});
  Item item = event_key("a", Version{kLast - 1});
  EXPECT_EQ(head_of("a", item).last, Version{kLast - 1});
  item.push_back({"commitSize", number(2)});
  std::string text;
  EXPECT_EQ(test_support::code_of([&] { (void)head_of("a", item); }, &text), Errc::corrupt);
  EXPECT_NE(text.find("go beyond 2^63 - 2"), std::string::npos) << text;
}

}  // namespace
}  // namespace leftfold::dynamodb
