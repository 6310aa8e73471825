// SPDX-License-Identifier: Apache-2.0
// MemoryStore keeps the promises of its ports.
#include <gtest/gtest.h>

#include <leftfold/memory.h>
#include <leftfold/memory_control_store.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/memory_event_sink.h>
#include <leftfold/memory_snapshot_store.h>
#include <leftfold/testing/control_suite.h>
#include <leftfold/testing/dead_letter_suite.h>
#include <leftfold/testing/event_feed_suite.h>
#include <leftfold/testing/event_import_suite.h>
#include <leftfold/testing/event_sink_suite.h>
#include <leftfold/testing/event_store_suite.h>
#include <leftfold/testing/snapshot_suite.h>

#include "support/code_of.h"
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

testing::OpenEventImport make_import() {
  return [store = std::make_shared<MemoryStore>()] { return testing::ImportHandle{store, store}; };
}
const bool kImport = test_support::register_suite("MemoryStoreAsEventImport", testing::event_import_suite(make_import));

testing::OpenDeadLetterStore make_dead_letters(Clock& clock) {
  return [store = std::make_shared<MemoryDeadLetterStore>(clock)] { return store; };
}

testing::OpenControlStore make_controls(Clock& clock) {
  return [store = std::make_shared<MemoryControlStore>(clock)] { return store; };
}

testing::OpenSnapshotStore make_snapshots() {
  return [store = std::make_shared<MemorySnapshotStore>()] { return store; };
}

const bool kSnapshots = test_support::register_suite("MemorySnapshotStore", testing::snapshot_suite(make_snapshots));
const bool kDeadLetters =
    test_support::register_suite("MemoryDeadLetterStore", testing::dead_letter_suite(make_dead_letters));
const bool kControls = test_support::register_suite("MemoryControlStore", testing::control_suite(make_controls));

testing::SinkPlace make_sinks(Clock& clock) {
  const auto topic = std::make_shared<MemoryTopic>();
  MemoryEventSinkOptions options;
  options.clock = &clock;
  return {[topic, options] { return std::make_unique<MemoryEventSink>(*topic, options); },
          [topic] { return topic->events(); },
          {},
          {}};
}

const bool kSinks = test_support::register_suite("MemoryEventSink", testing::event_sink_suite(make_sinks));

TEST(MemoryTopicAndSink, NeedsRoomAndItsTopicAPartition) {
  MemoryTopic topic{1};
  EXPECT_EQ(test_support::code_of([&] { (void)MemoryEventSink{topic, {.room = 0}}; }), Errc::invalid_argument);
  EXPECT_EQ(test_support::code_of([&] { (void)MemoryTopic{0}; }), Errc::invalid_argument);
}

TEST(MemoryTopicAndSink, HasTheRoomThatItWasGiven) {
  MemoryTopic topic{1};
  MemoryEventSink sink{topic, {.room = 1}};
  RecordedEvent event;
  event.aggregate_id = "a";
  event.payload = "{}";
  EXPECT_EQ(sink.send(event), 1U);
  EXPECT_EQ(sink.send(event), 0U);
  EXPECT_EQ(topic.size(), 1U);
  EXPECT_EQ(sink.receipts({}, kNever).size(), 1U);
  EXPECT_EQ(sink.send(event), 2U);
}

}  // namespace
}  // namespace leftfold
