// Items of events as the Node library writes them.
#include <gtest/gtest.h>

#include "dynamodb/event_item.h"
#include "dynamodb/wire.h"

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

}  // namespace
}  // namespace leftfold::dynamodb
