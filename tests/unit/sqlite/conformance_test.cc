// SPDX-License-Identifier: Apache-2.0
// SqliteStore and SqliteReadModel keep the promises of their ports: every handle is an opening of its own, as another
// process has it.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>
#include <leftfold/testing/breaker_store_suite.h>
#include <leftfold/testing/control_suite.h>
#include <leftfold/testing/dead_letter_suite.h>
#include <leftfold/testing/event_feed_suite.h>
#include <leftfold/testing/event_import_suite.h>
#include <leftfold/testing/event_store_suite.h>
#include <leftfold/testing/read_model_suite.h>
#include <leftfold/testing/read_tables_suite.h>
#include <leftfold/testing/shadow_tables_suite.h>
#include <leftfold/testing/snapshot_suite.h>

#include "support/suite_gtest.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::TempDir;

// A store that keeps its folder: a case may drop the function that made it first.
struct StoreInFolder {
  std::shared_ptr<TempDir> folder;
  SqliteStore store;
};

std::shared_ptr<SqliteStore> open(const std::shared_ptr<TempDir>& folder, Clock& clock) {
  SqliteOptions options = test_sqlite::options_for(folder->file());
  options.clock = &clock;
  const std::shared_ptr<StoreInFolder> opened{new StoreInFolder{folder, SqliteStore{options}}};
  return {opened, &opened->store};
}

testing::OpenEventStore make_store(Clock& clock) {
  return [folder = std::make_shared<TempDir>(), &clock] { return open(folder, clock); };
}

testing::OpenEventFeed make_feed(Clock& clock) {
  return [folder = std::make_shared<TempDir>(), &clock] {
    const auto store = open(folder, clock);
    return testing::FeedHandle{store, store};
  };
}

testing::OpenEventImport make_import() {
  return [folder = std::make_shared<TempDir>()] {
    const auto store = open(folder, system_clock());
    return testing::ImportHandle{store, store};
  };
}

testing::OpenDeadLetterStore make_dead_letters(Clock& clock) {
  return [folder = std::make_shared<TempDir>(), &clock] {
    const auto store = open(folder, clock);
    return std::shared_ptr<DeadLetterStore>{store, &store->dead_letters()};
  };
}

testing::OpenControlStore make_controls(Clock& clock) {
  return [folder = std::make_shared<TempDir>(), &clock] {
    const auto store = open(folder, clock);
    return std::shared_ptr<ControlStore>{store, &store->controls()};
  };
}

testing::OpenBreakerStore make_breakers() {
  return [folder = std::make_shared<TempDir>()] {
    const auto store = open(folder, system_clock());
    return std::shared_ptr<BreakerStore>{store, &store->breakers()};
  };
}

testing::OpenSnapshotStore make_snapshots() {
  return [folder = std::make_shared<TempDir>()] {
    const auto store = open(folder, system_clock());
    return std::shared_ptr<SnapshotStore>{store, &store->snapshots()};
  };
}

// The number the suite asks for, in a table of one row.
testing::ReadModelHandle one_number(const std::shared_ptr<SqliteReadModel>& model) {
  model->execute("CREATE TABLE IF NOT EXISTS number(value INTEGER NOT NULL)");
  model->execute("INSERT INTO number SELECT 0 WHERE NOT EXISTS (SELECT * FROM number)");
  return {model, [model](std::int64_t n) { model->execute("UPDATE number SET value = value + ?", n); },
          [model] { return model->query<std::int64_t>("SELECT value FROM number").at(0); }};
}

testing::OpenReadModel make_read_model() {
  return
      [folder = std::make_shared<TempDir>()] { return one_number(std::make_shared<SqliteReadModel>(folder->file())); };
}

testing::OpenReadModel make_read_model_in_memory() {
  return [model = std::make_shared<SqliteReadModel>(":memory:")] { return one_number(model); };
}

// A database in memory has one connection, so other threads wait for the end of a transaction instead of reading past
// it.
std::vector<testing::Case> suite_in_memory() {
  std::vector<testing::Case> cases = testing::read_model_suite(make_read_model_in_memory);
  std::erase_if(cases, [](const testing::Case& c) { return c.name == "other threads see what is committed"; });
  return cases;
}

const bool kStore = test_support::register_suite("SqliteStoreAsEventStore", testing::event_store_suite(make_store));
const bool kImport = test_support::register_suite("SqliteStoreAsEventImport", testing::event_import_suite(make_import));
const bool kFeed = test_support::register_suite("SqliteStoreAsEventFeed", testing::event_feed_suite(make_feed));
const bool kDeadLetters =
    test_support::register_suite("SqliteStoreDeadLetters", testing::dead_letter_suite(make_dead_letters));
const bool kControls = test_support::register_suite("SqliteStoreControls", testing::control_suite(make_controls));
const bool kBreakers = test_support::register_suite("SqliteStoreBreakers", testing::breaker_store_suite(make_breakers));
const bool kSnapshots = test_support::register_suite("SqliteStoreSnapshots", testing::snapshot_suite(make_snapshots));
const bool kReadModel = test_support::register_suite("SqliteReadModel", testing::read_model_suite(make_read_model));
const bool kReadTables = test_support::register_suite("SqliteReadTables", testing::read_tables_suite([] {
                                                        return [folder = std::make_shared<TempDir>()] {
                                                          return std::make_shared<SqliteReadModel>(folder->file());
                                                        };
                                                      }));
const bool kShadowTables = test_support::register_suite("SqliteShadowTables", testing::shadow_tables_suite([] {
                                                          return [folder = std::make_shared<TempDir>()] {
                                                            return std::make_shared<SqliteReadModel>(folder->file());
                                                          };
                                                        }));
const bool kReadTablesInMemory = test_support::register_suite(
    "SqliteReadTablesInMemory",
    testing::read_tables_suite([] { return [model = std::make_shared<SqliteReadModel>(":memory:")] { return model; }; },
                               {.others_read_meanwhile = false}));
const bool kReadModelInMemory = test_support::register_suite("SqliteReadModelInMemory", suite_in_memory());

}  // namespace
}  // namespace leftfold
