// SqliteStore keeps the promises of its ports.
#include <gtest/gtest.h>

#include <memory>

#include <leftfold/sqlite.h>
#include <leftfold/testing/event_feed_suite.h>
#include <leftfold/testing/event_store_suite.h>

#include "support/suite_gtest.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

std::shared_ptr<SqliteStore> open(const test_sqlite::TempDir& folder, Clock& clock) {
  SqliteOptions options = test_sqlite::options_for(folder.file());
  options.clock = &clock;
  return std::make_shared<SqliteStore>(options);
}

testing::OpenEventStore make_store(Clock& clock) {
  return [folder = std::make_shared<test_sqlite::TempDir>(), &clock] { return open(*folder, clock); };
}

testing::OpenEventFeed make_feed(Clock& clock) {
  return [folder = std::make_shared<test_sqlite::TempDir>(), &clock] {
    const auto store = open(*folder, clock);
    return testing::FeedHandle{store, store};
  };
}

const bool kFeed = test_support::register_suite("SqliteStoreAsEventFeed", testing::event_feed_suite(make_feed));
const bool kStore = test_support::register_suite("SqliteStoreAsEventStore", testing::event_store_suite(make_store));

}  // namespace
}  // namespace leftfold
