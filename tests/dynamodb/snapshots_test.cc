// SPDX-License-Identifier: Apache-2.0
// Repositories with snapshots on DynamoDB, and the Node library's snapshots between its events.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include <leftfold/dynamodb.h>
#include <leftfold/repository.h>
#include <leftfold/snapshot_schema.h>
#include <leftfold/snapshots.h>

#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/event_item.h"
#include "dynamodb/service.h"

namespace node_ledger {

struct ItemAdded {
  std::string itemId;  // NOLINT(readability-identifier-naming): the library's name
  int quantity = 1;
};
struct LedgerState {
  static constexpr bool reads_node_snapshots = true;
  std::map<std::string, int> items;
  int total = 0;
  void apply(const ItemAdded& e) {
    items[e.itemId] += e.quantity;
    total += e.quantity;
  }
};
class Ledger : public leftfold::AggregateRoot<LedgerState, leftfold::Events<ItemAdded>> {
 public:
  using AggregateRoot::AggregateRoot;
  void add(std::string item, int quantity) { create_event(ItemAdded{std::move(item), quantity}); }
};

}  // namespace node_ledger

namespace leftfold {
namespace {

using node_ledger::Ledger;
using test_dynamodb::TestTables;

double used(Metrics& metrics) {
  return metrics.counter("leftfold_snapshot_loads_total", "", {{"aggregate", "Ledger"}, {"result", "used"}}).value();
}

TEST(DynamoDbRepository, LoadsBeginAtASnapshot) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  Metrics metrics;
  Snapshots snapshots{store.snapshots(), {.metrics = &metrics}};
  const Repository<Ledger> ledgers{store, {.snapshots = &snapshots, .snapshot_policy = {.every = 5}}};
  for (int i = 0; i < 3; ++i) {
    ledgers.execute("l", [](Ledger& ledger) {
      ledger.add("apple", 1);
      ledger.add("pear", 2);
    });
  }
  ASSERT_TRUE(snapshots.flush());
  ASSERT_EQ(store.snapshots().load("l", snapshot_schema<Ledger>()).value().version, Version{5});
  ledgers.execute("l", [](Ledger& ledger) { ledger.add("apple", 1); });
  EXPECT_EQ(used(metrics), 1);  // so the event is there as the snapshot names it
  EXPECT_EQ(to_json(ledgers.load("l").state()), to_json(Repository<Ledger>{store}.load("l").state()));
  EXPECT_EQ(used(metrics), 2);
  EXPECT_EQ(ledgers.load("l").state().total, 10);
}

TEST(DynamoDbRepository, FoldsFromTheNodeLibrarysSnapshots) {
  const TestTables tables;
  const std::unique_ptr<dynamodb::Transport> transport = dynamodb::connect(tables.options());
  dynamodb::Client client{*transport, dynamodb::client_options(tables.options())};
  DynamoDbStore store{tables.options()};
  const auto put = [&](std::int64_t version, const char* event, dynamodb::Map payload) {
    dynamodb::Item item = dynamodb::event_key("l", Version{version});
    item.push_back({"event", event});
    item.push_back({"payload", std::move(payload)});
    item.push_back({"committedAt", dynamodb::number(1669939200000 + version)});
    EXPECT_TRUE(client.write({dynamodb::ItemWrite::Kind::put, tables.options().events_table, item, {}, {}}).applied);
  };
  put(0, "Unknown", {});  // would fail a fold of all events
  put(1, "Snapshot", {{"items", dynamodb::Map{{"apple", dynamodb::number(2)}}}, {"total", dynamodb::number(2)}});
  put(2, "ItemAdded", {{"itemId", "apple"}, {"quantity", dynamodb::number(3)}});
  Metrics metrics;
  Snapshots snapshots{store.snapshots(), {.metrics = &metrics}};
  const Repository<Ledger> ledgers{store, {.snapshots = &snapshots, .snapshot_policy = {.every = 1}}};
  EXPECT_EQ(ledgers.load("l").state().total, 5);
  ASSERT_TRUE(snapshots.flush());
  const Ledger ledger = ledgers.load("l");
  EXPECT_EQ(used(metrics), 1);  // leftfold's own, taken after an event without an id
  EXPECT_EQ(ledger.state().items.at("apple"), 5);
  EXPECT_EQ(ledger.version(), Version{2});
}

}  // namespace
}  // namespace leftfold
