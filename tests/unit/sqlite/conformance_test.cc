// SqliteStore keeps the promises of its ports: every handle is an opening of its own, as another process has it.
#include <leftfold/sqlite.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include <leftfold/testing/event_feed_suite.h>
#include <leftfold/testing/event_store_suite.h>

#include "support/suite_gtest.h"
#include "support/temporary_folder.h"

namespace leftfold {
namespace {

std::shared_ptr<SqliteStore> open_file(const test_support::TemporaryFolder& folder, Clock& clock) {
  SqliteOptions options;
  options.file = folder.path() / "events.db";
  options.clock = &clock;
  return std::make_shared<SqliteStore>(std::move(options));
}

testing::OpenEventStore make_store(Clock& clock) {
  return [folder = std::make_shared<test_support::TemporaryFolder>(), &clock] { return open_file(*folder, clock); };
}

testing::OpenEventFeed make_feed(Clock& clock) {
  return [folder = std::make_shared<test_support::TemporaryFolder>(), &clock] {
    const auto store = open_file(*folder, clock);
    return testing::FeedHandle{store, store};
  };
}

const bool kStore = test_support::register_suite("SqliteStoreAsEventStore", testing::event_store_suite(make_store));
const bool kFeed = test_support::register_suite("SqliteStoreAsEventFeed", testing::event_feed_suite(make_feed));

}  // namespace
}  // namespace leftfold
