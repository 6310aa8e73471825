// SPDX-License-Identifier: Apache-2.0
// The Node library's items with its mark of not being published, in a table as that library makes it.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/event_copy.h>
#include <leftfold/outbox.h>

#include "dynamodb/append_requests.h"
#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/event_item.h"
#include "dynamodb/service.h"

namespace leftfold {
namespace {

using test_dynamodb::request_of;

// As the library's own EventStore.createTable does.
std::string node_table(const std::string& name) {
  return R"({"TableName":")" + name +
         R"(","KeySchema":[{"AttributeName":"aggregateId","KeyType":"HASH"},)"
         R"({"AttributeName":"version","KeyType":"RANGE"}],)"
         R"("AttributeDefinitions":[{"AttributeName":"aggregateId","AttributeType":"S"},)"
         R"({"AttributeName":"version","AttributeType":"N"},{"AttributeName":"published","AttributeType":"N"},)"
         R"({"AttributeName":"committedAt","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST",)"
         R"("GlobalSecondaryIndexes":[{"IndexName":"PublishedCommittedAtIndex","KeySchema":[)"
         R"({"AttributeName":"published","KeyType":"HASH"},{"AttributeName":"committedAt","KeyType":"RANGE"}],)"
         R"("Projection":{"ProjectionType":"ALL"}}]})";
}

class DynamoDbOutbox : public ::testing::Test {
 protected:
  DynamoDbOutbox() {
    const dynamodb::Exchange made =
        transport->send("CreateTable", node_table(options.events_table), system_clock().now(), {});
    if (made.response.status != 200) throw std::runtime_error{made.response.body};
  }
  ~DynamoDbOutbox() override { test_dynamodb::delete_tables(options); }

  void put(const std::string& id, std::int64_t version, int published) {
    dynamodb::Item item = dynamodb::event_key(id, Version{version});
    item.push_back({"event", "ItemAdded"});
    item.push_back({"payload", dynamodb::Map{{"itemId", "apple"}}});
    item.push_back({"committedAt", dynamodb::number(1669939200000 + version)});
    item.push_back({"published", dynamodb::number(published)});
    ASSERT_TRUE(client.write({dynamodb::ItemWrite::Kind::put, options.events_table, item, {}, {}}).applied);
  }
  std::set<std::string> marked(std::size_t max = 1000) {
    std::set<std::string> places;
    for (const RecordedEvent& event : store().published().outbox->unpublished(max)) {
      EXPECT_TRUE(places.insert(std::string{event.aggregate_id} + "/" + std::to_string(event.version.value())).second);
    }
    return places;
  }
  DynamoDbStore& store() {
    if (!store_) store_ = std::make_unique<DynamoDbStore>(options);
    return *store_;
  }

  DynamoDbOptions options = test_dynamodb::service_options();
  const std::unique_ptr<dynamodb::Transport> transport = dynamodb::connect(options);
  dynamodb::Client client{*transport, dynamodb::client_options(options)};

 private:
  std::unique_ptr<DynamoDbStore> store_;
};

TEST_F(DynamoDbOutbox, MarkedEventsAreFoundUntilTheyAreMarkedAsPublished) {
  put("cart-1", 0, 0);
  put("cart-1", 1, 0);
  put("cart-2", 0, 1);
  ASSERT_TRUE(std::holds_alternative<Appended>(store().append(request_of("cart-3", Version::none()))));
  Outbox& outbox = *store().published().outbox;
  EXPECT_EQ(marked(), (std::set<std::string>{"cart-1/0", "cart-1/1"}));
  const EventPage page = outbox.unpublished(1000);
  EXPECT_EQ(page[0].type, "ItemAdded");
  EXPECT_EQ(page[0].payload, R"({"itemId":"apple"})");
  outbox.mark_published(page.events().first(1));
  outbox.mark_published(page.events().first(1));  // again: nothing
  EXPECT_EQ(marked(), (std::set<std::string>{"cart-1/1"}));
  outbox.mark_published(page.events());
  EXPECT_TRUE(marked().empty());
  EXPECT_EQ(store().read_stream("cart-1", Version{0}, 10).size(), 2U);
}

TEST_F(DynamoDbOutbox, WhatIsGoneOrHasNoMarkIsLeftAlone) {
  put("cart-1", 0, 0);
  ASSERT_TRUE(std::holds_alternative<Appended>(store().append(request_of("cart-3", Version::none()))));
  Outbox& outbox = *store().published().outbox;
  outbox.mark_published(store().read_stream("cart-3", Version{0}, 1).events());
  const auto own = client.get(options.events_table, dynamodb::event_key("cart-3", Version{0}));
  EXPECT_EQ(dynamodb::find(*own.item, "published"), nullptr);

  const EventPage page = outbox.unpublished(10);
  ASSERT_EQ(page.size(), 1U);
  const dynamodb::Item key = dynamodb::event_key("cart-1", Version{0});
  ASSERT_TRUE(client.write({dynamodb::ItemWrite::Kind::remove, options.events_table, key, {}, {}}).applied);
  outbox.mark_published(page.events());
  EXPECT_FALSE(client.get(options.events_table, key).item);
}

TEST_F(DynamoDbOutbox, AtMostAsManyAsAskedFor) {
  for (int i = 0; i < 7; ++i) put("cart-" + std::to_string(i), 0, 0);
  EXPECT_EQ(marked(3).size(), 3U);
  EXPECT_EQ(marked(7).size(), 7U);
  EXPECT_EQ(marked(8).size(), 7U);
  EXPECT_TRUE(store().published().outbox->unpublished(8).at_end());
  EXPECT_TRUE(marked(0).empty());
}

TEST(DynamoDbWithoutOutbox, ATableOfLeftfoldHasNone) {
  const test_dynamodb::TestTables tables;
  DynamoDbStore store{tables.options()};
  EXPECT_EQ(store.published().outbox, nullptr);
}

}  // namespace
}  // namespace leftfold
