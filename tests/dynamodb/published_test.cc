// SPDX-License-Identifier: Apache-2.0
// The ports of a publisher beyond their suites: names, costs, items as the page shows them.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>
#include <leftfold/memory_event_sink.h>
#include <leftfold/reconcile.h>
#include <leftfold/testing/cost.h>

#include "dynamodb/breakers.h"
#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/controls.h"
#include "dynamodb/cursors.h"
#include "dynamodb/event_item.h"
#include "dynamodb/leases.h"
#include "dynamodb/service.h"
#include "support/code_of.h"
#include "support/source_dir.h"

namespace leftfold {
namespace {

using test_dynamodb::TestTables;

void shown(const dynamodb::Item& item) {
  std::ifstream file{test_support::source_dir() / "docs/stores/dynamodb.md"};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  std::string text;
  for (const dynamodb::Attribute& attribute : item) text += test_dynamodb::attribute_line(attribute);
  EXPECT_NE(page.find("```text\n" + text + "```"), page.npos) << text;
}

std::vector<PublishCursor> cursors(std::size_t count) {
  std::vector<PublishCursor> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({"cart-" + std::to_string(i), Version{7}});
  return all;
}

TEST(DynamoDbPublished, EachNameHasItsCursors) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  const PublishedStore one = store.published("one"), two = store.published("two");
  EXPECT_EQ(one.events, &store);
  EXPECT_EQ(one.scan, &store);
  one.cursors->advance(cursors(1));
  one.cursors->advance(cursors(30));
  const std::string_view id = "cart-0";
  EXPECT_EQ(one.cursors->load({&id, 1}).at(0), Version{7});
  EXPECT_EQ(two.cursors->load({&id, 1}).at(0), Version::none());
  EXPECT_FALSE(two.cursors->remove(id));
  EXPECT_EQ(store.published("one").cursors, one.cursors);
  EXPECT_EQ(test_support::code_of([&] { (void)store.published(""); }), Errc::invalid_argument);
}

// Only one at a time can be conditional.
TEST(DynamoDbPublished, OneCursorIsNeverLowered) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  CursorStore& kept = *store.published().cursors;
  const std::string_view id = "cart-0";
  for (const std::int64_t version : {3, 1, 2}) {
    const PublishCursor cursor{std::string{id}, Version{version}};
    kept.advance({&cursor, 1});
    EXPECT_EQ(kept.load({&id, 1}).at(0), Version{3});
  }
}

// Its item is told as one change, and nothing else tells of the events behind the damaged one.
TEST(DynamoDbPublished, ACommitInOneItemWithADamagedEventIsPublishedToItsEnd) {
  const TestTables tables;
  DynamoDbOptions options = tables.options();
  options.layout = DynamoDbOptions::Layout::item_per_commit;
  DynamoDbStore store{options};
  const dynamodb::Map good{{"event", "E"}, {"payload", dynamodb::Map{}}};
  dynamodb::Item item = dynamodb::event_key("cart-1", Version{0});
  item.push_back({"events", dynamodb::List{good, dynamodb::Map{{"payload", dynamodb::Map{}}}, good}});
  item.push_back({"commitSize", dynamodb::number(std::int64_t{3})});
  const auto transport = dynamodb::connect(options);
  dynamodb::Client raw{*transport, {}};
  ASSERT_TRUE(raw.write({dynamodb::ItemWrite::Kind::put, options.events_table, item, {}, {}}).applied);

  MemoryTopic topic;
  ReconcileOptions reconciling;
  reconciling.unpublishable = Unpublishable::mark;
  (void)reconcile(store.published(), [&] { return std::make_unique<MemoryEventSink>(topic); }, reconciling, {});
  std::vector<std::string> published;
  for (const EventCopy& event : topic.events()) published.push_back(event.type);
  EXPECT_EQ(published, (std::vector<std::string>{"E", std::string{kUnpublished}, "E"}));
}

TEST(DynamoDbPublished, CostsWhatThePageSays) {
  if (test_dynamodb::service_name() == "moto") return;  // it reports no sizes: every request costs the same
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  const PublishedStore parts = store.published();
  using namespace testing;
  costs_at_most(write_units{1}, read_units{0}).check(store, [&] { parts.cursors->advance(cursors(1)); });
  costs_at_most(write_units{30}, read_units{0}).check(store, [&] { parts.cursors->advance(cursors(30)); });
  std::vector<std::string_view> ids{"cart-0", "cart-1", "cart-2"};
  costs_at_most(write_units{0}, read_units{3}).check(store, [&] { (void)parts.cursors->load(ids); });
  const Lease lease{"publisher", "shard-1", "host:1", 0, {}, false, {}};
  costs_at_most(write_units{1}, read_units{0}).check(store, [&] { (void)parts.leases->write(lease); });
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] { (void)parts.leases->list("publisher"); });
}

TEST(DynamoDbPublished, ItsItemsAreWhatThePageShows) {
  const PublishCursor cursor{"cart-42", Version{1}};
  const dynamodb::Item cursor_item = dynamodb::cursor_item("publisher", cursor);
  shown(cursor_item);
  EXPECT_EQ(dynamodb::read_cursor(cursor_item).aggregate_id, "cart-42");
  Lease lease;
  lease.group = "publisher";
  lease.name = "shardId-00000001701234567890-1a2b3c4d";
  lease.owner = "shop-1:4711";
  lease.counter = 12;
  lease.checkpoint = "100000000000000000041";
  lease.done = true;
  lease.note = "the shard was gone before its end was read";
  lease.renewed_at = Timestamp{std::chrono::milliseconds{1'714'564'800'000}};
  const dynamodb::Item lease_item = dynamodb::lease_item(lease, *Uuid::parse("018f3406-9000-7000-8000-000000000001"));
  shown(lease_item);
  EXPECT_EQ(dynamodb::read_lease(lease_item), lease);
}

TEST(DynamoDbOperations, ItsItemsAreWhatThePageShows) {
  const Uuid id = *Uuid::parse("018f3406-9000-7000-8000-000000000001");
  const Timestamp at{std::chrono::milliseconds{1'714'564'800'000}};
  const SubscriptionControl control{"example-group.SendReceipt", true, 1, "ann", "the mail server moves", at};
  shown(dynamodb::control_item(control, id));
  const SubscriptionControl read = dynamodb::read_control(dynamodb::control_item(control, id));
  EXPECT_EQ(read.subscription, control.subscription);
  EXPECT_EQ(read.at, at);
  BreakerRecord record;
  record.name = "example-group.SendReceipt";
  record.revision = 3;
  record.state = BreakerRecord::State::half_open;
  record.open_for = std::chrono::milliseconds{5'000};
  record.reopened = 1;
  record.nodes["shop-1:4711:1a2b"] = {true, 7, std::chrono::milliseconds{10'000}};
  record.probe = *Uuid::parse("018f3406-9000-7000-8000-000000000002");
  record.prober = "shop-1:4711:1a2b";
  record.probe_for = std::chrono::milliseconds{60'000};
  record.changed_at = at;
  shown(dynamodb::breaker_item(record, id));
  EXPECT_EQ(dynamodb::read_breaker(dynamodb::breaker_item(record, id)), record);
}

TEST(DynamoDbOperations, CostWhatThePageSays) {
  if (test_dynamodb::service_name() == "moto") return;  // it reports no sizes: every request costs the same
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  using namespace testing;
  ControlStore& controls = store.controls();
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] { (void)controls.controls(); });
  costs_at_most(write_units{1}, read_units{0}).check(store, [&] { controls.pause("a", "ann", "because"); });
  costs_at_most(write_units{1}, read_units{1}).check(store, [&] { (void)controls.restart("a", "ann"); });
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] { (void)controls.controls(); });
  BreakerRecord record;
  record.name = "a";
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] { (void)store.breakers().read("a"); });
  costs_at_most(write_units{1}, read_units{0}).check(store, [&] { (void)store.breakers().write(record); });
  costs_at_most(write_units{0}, read_units{1}).check(store, [&] { (void)store.breakers().list(); });
}

}  // namespace
}  // namespace leftfold
