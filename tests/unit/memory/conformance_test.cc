// MemoryStore keeps the promises of its ports.
#include <gtest/gtest.h>

#include <leftfold/memory.h>
#include <leftfold/testing/event_feed_suite.h>
#include <leftfold/testing/event_store_suite.h>

#include "support/suite_gtest.h"

namespace leftfold {
namespace {

// [suites]
// Memory has no second opening: every handle is the one store, which the place keeps.
testing::OpenEventStore make_store(Clock& clock) {
  return [store = std::make_shared<MemoryStore>(clock)] { return store; };
}

testing::OpenEventFeed make_feed(Clock& clock) {
  return [store = std::make_shared<MemoryStore>(clock)] { return testing::FeedHandle{store, store}; };
}

const bool kFeed = test_support::register_suite("MemoryStoreAsEventFeed", testing::event_feed_suite(make_feed));
const bool kStore = test_support::register_suite("MemoryStoreAsEventStore", testing::event_store_suite(make_store));
// [/suites]

}  // namespace
}  // namespace leftfold
