// SPDX-License-Identifier: Apache-2.0
// DynamoDbStore keeps the promises of EventStore, on a server with DynamoDB's API.
#include <gtest/gtest.h>

#include <memory>

#include <leftfold/cursor_store.h>
#include <leftfold/dynamodb.h>
#include <leftfold/json_value.h>
#include <leftfold/lease_store.h>
#include <leftfold/testing/breaker_store_suite.h>
#include <leftfold/testing/control_suite.h>
#include <leftfold/testing/cursor_suite.h>
#include <leftfold/testing/dead_letter_suite.h>
#include <leftfold/testing/event_import_suite.h>
#include <leftfold/testing/event_store_suite.h>
#include <leftfold/testing/lease_suite.h>
#include <leftfold/testing/read_model_suite.h>
#include <leftfold/testing/read_tables_suite.h>
#include <leftfold/testing/shadow_tables_suite.h>
#include <leftfold/testing/snapshot_suite.h>

#include "dynamodb/service.h"
#include "dynamodb/suite_options.h"
#include "support/suite_gtest.h"

namespace leftfold {
namespace {

using test_dynamodb::TestTables;
using test_dynamodb::what_it_can;

// A store that keeps its tables: a case may drop the function that made it first.
struct StoreInTables {
  std::shared_ptr<TestTables> tables;
  DynamoDbStore store;
};

testing::MakeEventStore make_with(DynamoDbOptions::Layout layout) {
  return [layout](Clock& clock) {
    return [layout, tables = std::make_shared<TestTables>(), &clock]() -> std::shared_ptr<EventStore> {
      DynamoDbOptions options = tables->options();
      options.clock = &clock;
      options.layout = layout;
      const std::shared_ptr<StoreInTables> opened{new StoreInTables{tables, DynamoDbStore{options}}};
      return {opened, &opened->store};
    };
  };
}

const bool kEvents = test_support::register_suite(
    "DynamoDbStore", testing::event_store_suite(make_with(DynamoDbOptions::Layout::item_per_event), what_it_can()));
const bool kCommits = test_support::register_suite(
    "DynamoDbStorePacked",
    testing::event_store_suite(make_with(DynamoDbOptions::Layout::item_per_commit), what_it_can()));

testing::MakeEventImport make_import_with(DynamoDbOptions::Layout layout) {
  return [layout] {
    return [layout, tables = std::make_shared<TestTables>()] {
      DynamoDbOptions options = tables->options();
      options.layout = layout;
      const std::shared_ptr<StoreInTables> opened{new StoreInTables{tables, DynamoDbStore{options}}};
      return testing::ImportHandle{{opened, &opened->store}, {opened, &opened->store}};
    };
  };
}
const bool kImport = test_support::register_suite(
    "DynamoDbImport",
    testing::event_import_suite(make_import_with(DynamoDbOptions::Layout::item_per_event), what_it_can()));
const bool kImportPacked = test_support::register_suite(
    "DynamoDbImportPacked",
    testing::event_import_suite(make_import_with(DynamoDbOptions::Layout::item_per_commit), what_it_can()));

testing::OpenSnapshotStore make_snapshots() {
  return [tables = std::make_shared<TestTables>()]() -> std::shared_ptr<SnapshotStore> {
    const std::shared_ptr<StoreInTables> opened{new StoreInTables{tables, DynamoDbStore{tables->options()}}};
    return {opened, &opened->store.snapshots()};
  };
}
const bool kSnapshots = test_support::register_suite("DynamoDbSnapshots", testing::snapshot_suite(make_snapshots));

testing::OpenDeadLetterStore make_dead_letters(Clock& clock) {
  return [tables = std::make_shared<TestTables>(), &clock]() -> std::shared_ptr<DeadLetterStore> {
    DynamoDbOptions options = tables->options();
    options.clock = &clock;
    const std::shared_ptr<StoreInTables> opened{new StoreInTables{tables, DynamoDbStore{options}}};
    return {opened, &opened->store.dead_letters()};
  };
}
const bool kDeadLetters = test_support::register_suite(
    "DynamoDbDeadLetters", testing::dead_letter_suite(make_dead_letters, {.newcomers_see_leases_end = false}));

testing::OpenControlStore make_controls(Clock& clock) {
  return [tables = std::make_shared<TestTables>(), &clock]() -> std::shared_ptr<ControlStore> {
    DynamoDbOptions options = tables->options();
    options.clock = &clock;
    const std::shared_ptr<StoreInTables> opened{new StoreInTables{tables, DynamoDbStore{options}}};
    return {opened, &opened->store.controls()};
  };
}
const bool kControls = test_support::register_suite("DynamoDbControls", testing::control_suite(make_controls));

testing::OpenBreakerStore make_breakers() {
  return [tables = std::make_shared<TestTables>()]() -> std::shared_ptr<BreakerStore> {
    const std::shared_ptr<StoreInTables> opened{new StoreInTables{tables, DynamoDbStore{tables->options()}}};
    return {opened, &opened->store.breakers()};
  };
}
const bool kBreakers = test_support::register_suite("DynamoDbBreakers", testing::breaker_store_suite(make_breakers));

// Each opens another store, as another process would.
template <class Port>
auto opened_by(Port* PublishedStore::* port) {
  return [tables = std::make_shared<TestTables>(), port]() -> std::shared_ptr<Port> {
    const std::shared_ptr<StoreInTables> opened{new StoreInTables{tables, DynamoDbStore{tables->options()}}};
    return {opened, opened->store.published().*port};
  };
}
const bool kCursors = test_support::register_suite(
    "DynamoDbCursors", testing::cursor_suite([] { return opened_by(&PublishedStore::cursors); }));
const bool kLeases = test_support::register_suite(
    "DynamoDbLeases", testing::lease_suite([] { return opened_by(&PublishedStore::leases); }));

std::shared_ptr<ReadTables> tables_in(const std::shared_ptr<TestTables>& tables) {
  const std::shared_ptr<StoreInTables> opened{new StoreInTables{tables, DynamoDbStore{tables->options()}}};
  return {opened, &opened->store.read_tables()};
}

testing::OpenReadModel make_number() {
  return [tables = std::make_shared<TestTables>()] {
    const std::shared_ptr<ReadTables> opened = tables_in(tables);
    return testing::ReadModelHandle{opened, [opened](std::int64_t n) { opened->add("numbers", "one", "value", n); },
                                    [opened] {
                                      const auto row = opened->find("numbers", "one");
                                      return row ? Json::parse(*row).at("value").as<std::int64_t>() : 0;
                                    }};
  };
}
const bool kReadModel =
    test_support::register_suite("DynamoDbReadModel", testing::read_model_suite(make_number, {.writers_wait = false}));
const bool kReadTables = test_support::register_suite(
    "DynamoDbReadTables",
    testing::read_tables_suite([] { return [tables = std::make_shared<TestTables>()] { return tables_in(tables); }; }));
const bool kShadowTables =
    test_support::register_suite("DynamoDbShadowTables", testing::shadow_tables_suite([] {
                                   return [tables = std::make_shared<TestTables>()] { return tables_in(tables); };
                                 }));

}  // namespace
}  // namespace leftfold
