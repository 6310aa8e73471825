// SPDX-License-Identifier: Apache-2.0
// Aggregates that cannot go on: what the store does not show yet, and what cannot be published.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "unit/runtime/resequencer_case.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using ResequencerStalledTest = ResequencerCase;

TEST_F(ResequencerStalledTest, WhatTheStoreDoesNotShowYetStallsItsAggregateAlone) {
  store.fill("a", 2);
  store.hidden.insert({"a", 1});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 2).add("b", 0));
  EXPECT_EQ(sink.text(), "a0 b0");
  it.settle({}, clock.instant());  // takes the receipts
  EXPECT_FALSE(it.at_rest());
  EXPECT_TRUE(it.blocked().empty());
  const Instant before = clock.instant();
  const int reads = store.reads;
  it.settle({}, before + 1h);
  EXPECT_EQ(clock.instant() - before, 20ms);  // it wakes by itself
  EXPECT_EQ(store.reads, reads + 1);
  it.settle({}, before + 1h);
  EXPECT_EQ(clock.instant() - before, 60ms);
  store.hidden.clear();
  settle(it);
  EXPECT_EQ(sink.text(), "a0 b0 a1 a2");
  EXPECT_EQ(lane.done(), "2");
  EXPECT_GE(metric("leftfold_publisher_stalls_total"), 3);
}

TEST_F(ResequencerStalledTest, ASettleThatMustNotWaitTriesAgainToo) {
  store.fill("a", 200);
  store.hidden.insert({"a", 0});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 200));
  EXPECT_EQ(sink.text(), "");
  store.hidden.clear();
  clock.advance(20ms);
  for (int n = 0; n < 10 && lane.open() > 0; ++n) it.settle({}, clock.instant());
  EXPECT_EQ(sink.sent.size(), 201U);
  EXPECT_EQ(lane.done(), "1");
}

TEST_F(ResequencerStalledTest, TheLargestVersionThereCanBeOnlyBlocksItsAggregate) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  store.fill("a", 200);
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.unreadable("a", kLargest).add("b", 0));
  settle(it);
  EXPECT_EQ(sink.sent.size(), 202U);
  EXPECT_LE(store.largest_read, 64U);
  ASSERT_EQ(it.blocked().size(), 1U);
  EXPECT_NE(it.blocked()[0].why.find("the store does not show version 201"), std::string::npos);
  cursors.advance(std::vector<PublishCursor>{{"a", Version{kLargest}}});  // a cursor somebody raised by hand
  settle_until(it, [&] { return it.blocked().empty(); });
  EXPECT_EQ(lane.done(), "2");
}

TEST_F(ResequencerStalledTest, AChangeThatComesLateFillsTheGap) {
  store.fill("a", 2);
  store.hidden.insert({"a", 0});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 1).add("a", 0));
  EXPECT_EQ(sink.text(), "a0");
  store.hidden.clear();
  settle(it);
  EXPECT_EQ(sink.text(), "a0 a1");
  EXPECT_EQ(lane.done(), "2");
}

TEST_F(ResequencerStalledTest, AfterAMinuteAStalledAggregateIsBlockedAndGoesOnWhenItCan) {
  options.blocked_retry = 1min;
  store.fill("a", 1);
  store.hidden.insert({"a", 0});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 1));
  const Instant before = clock.instant();
  settle_until(it, [&] { return !it.blocked().empty(); });
  EXPECT_GE(clock.instant() - before, 60s);
  EXPECT_LT(clock.instant() - before, 61s);
  EXPECT_TRUE(it.at_rest());
  EXPECT_EQ(it.blocked().at(0).aggregate_id, "a");
  EXPECT_NE(it.blocked().at(0).why.find("does not show version 0"), std::string::npos) << it.blocked().at(0).why;
  EXPECT_EQ(metric("leftfold_publisher_blocked_aggregates"), 1);
  EXPECT_EQ(lane.done(), "");
  store.hidden.clear();
  settle_until(it, [&] { return lane.open() == 0; });
  EXPECT_EQ(sink.text(), "a0 a1");
  EXPECT_TRUE(it.blocked().empty());
  EXPECT_EQ(metric("leftfold_publisher_blocked_aggregates"), 0);
}

TEST_F(ResequencerStalledTest, AnEventThatIsTooLargeBlocksItsAggregateAndNothingElse) {
  store.fill("a", 9);
  sink.too_large.insert({"a", 1});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0).add("a", 1).add("b", 0).add("a", 2).add("a", 9));
  settle(it);
  EXPECT_EQ(sink.text(), "a0 b0");
  EXPECT_EQ(lane.done(), "1");
  EXPECT_EQ(lane.open(), 1U) << "the first of it waits for the others too";
  EXPECT_EQ(it.blocked().size(), 1U);
  EXPECT_EQ(it.counts().refused, 1U);
  const int reads = store.reads;
  settle_until(it, [&] { return store.reads > reads; });  // a minute later
  EXPECT_EQ(it.counts().refused, 1U);                     // and still the same
  EXPECT_EQ(metric("leftfold_publisher_unpublishable_total{outcome=\"blocked\"}"), 1);
  EXPECT_EQ(metric("leftfold_publisher_blocked_aggregates"), 1);
  sink.too_large.clear();
  settle_until(it, [&] { return lane.open() == 0; });
  EXPECT_EQ(sink.text(), "a0 b0 a1 a2 a3 a4 a5 a6 a7 a8 a9");
  EXPECT_EQ(lane.done(), "5");
  EXPECT_EQ(metric("leftfold_publisher_blocked_aggregates"), 0);
}

TEST_F(ResequencerStalledTest, AMarkerStandsForAnEventThatIsTooLarge) {
  options.unpublishable = Unpublishable::mark;
  sink.too_large.insert({"a", 1});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0, 3));
  EXPECT_EQ(sink.text(), "a0 a1! a2");
  const EventCopy& marker = sink.sent.at(1);
  EXPECT_EQ(marker.type, kUnpublished);
  EXPECT_EQ(marker.id, event_of("a", 1).id);
  EXPECT_EQ(marker.commit_id, event_of("a", 1).commit_id);
  EXPECT_EQ(marker.committed_at, event_of("a", 1).committed_at);
  EXPECT_EQ(marker.payload, "{}");
  EXPECT_EQ(marker.metadata, R"({"unpublished":"event 1 is too large"})");
  settle(it);
  EXPECT_EQ(lane.done(), "1");
  EXPECT_EQ(metric("leftfold_publisher_unpublishable_total{outcome=\"marked\"}"), 1);
}

TEST_F(ResequencerStalledTest, AnEventThatTheStoreCannotReadBlocksAfterSomeTries) {
  store.fill("a", 3);
  store.corrupt.insert({"a", 1});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.unreadable("a", 1).add("a", 3));
  EXPECT_EQ(sink.text(), "a0");
  EXPECT_TRUE(it.blocked().empty());  // a commit that is seen half may look like that
  settle(it);
  ASSERT_EQ(it.blocked().size(), 1U);
  EXPECT_NE(it.blocked().at(0).why.find("event 1 of a cannot be read"), std::string::npos);
  EXPECT_EQ(it.counts().refused, 1U);
  EXPECT_EQ(lane.done(), "");
  store.corrupt.clear();
  settle_until(it, [&] { return lane.open() == 0; });
  EXPECT_EQ(sink.text(), "a0 a1 a2 a3");
}

TEST_F(ResequencerStalledTest, AMarkerStandsForAnEventThatTheStoreCannotRead) {
  options.unpublishable = Unpublishable::mark;
  store.fill("cart-1", 3);
  store.corrupt.insert({"cart-1", 1});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  const Timestamp begin = clock.now();
  take(it, lane, changes.unreadable("cart-1", 1).add("cart-1", 3));
  EXPECT_EQ(sink.text(), "cart-10");
  settle(it);
  EXPECT_EQ(sink.text(), "cart-10 cart-11! cart-12 cart-13");
  const EventCopy& marker = sink.sent.at(1);
  // SHA-256 of "cart-1\0" "1", as Python's hashlib says, with version 8 and variant set.
  EXPECT_EQ(marker.id.to_string(), "6e5c21e2-d979-83f1-a4a9-b7a9ea46a597");
  EXPECT_EQ(marker.commit_id, marker.id);
  EXPECT_EQ(marker.committed_at, begin + 1100ms);  // the first try after a second
  EXPECT_EQ(lane.done(), "2");
}

TEST_F(ResequencerStalledTest, ABlockedChangeDoesNotMakeItsLaneGrow) {
  sink.too_large.insert({"a", 0});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0));
  for (int version = 0; version < 5000; ++version) {
    take(it, lane, changes.add("b", version));
    it.settle({}, clock.instant());
  }
  EXPECT_EQ(lane.open(), 1U);
  EXPECT_EQ(lane.done(), "");
  sink.too_large.clear();
  store.fill("a", 0);
  settle_until(it, [&] { return lane.open() == 0; });
  EXPECT_EQ(lane.done(), "5001");
}

TEST_F(ResequencerStalledTest, WhatComesForABlockedAggregateDoesNotMakeItGrow) {
  store.fill("a", 999);
  sink.too_large.insert({"a", 1});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  ChangeLane& other = it.open_lane();
  for (int round = 0; round < 3; ++round) {  // as polling brings them
    for (int version = 0; version < 1000; ++version) take(it, lane, changes.add("a", version));
    settle(it);
    EXPECT_EQ(lane.open(), 1U);
  }
  take(it, other, changes.add("a", 500));
  EXPECT_EQ(other.open(), 1U) << "a change of one lane holds no other back";
  EXPECT_EQ(lane.done(), "1");
  sink.too_large.clear();
  settle_until(it, [&] { return lane.open() == 0 && other.open() == 0; });
  EXPECT_EQ(lane.done(), "3000");
  EXPECT_EQ(other.done(), "3001");
  EXPECT_EQ(sink.sent.size(), 1000U);
}

}  // namespace
}  // namespace leftfold::runtime_test
