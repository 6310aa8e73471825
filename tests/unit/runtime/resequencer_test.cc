// SPDX-License-Identifier: Apache-2.0
// The rules by which a Resequencer drops, sends, reads back and forgets.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/code_of.h"
#include "unit/runtime/resequencer_case.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using test_support::code_of;
using ResequencerTest = ResequencerCase;

TEST_F(ResequencerTest, SendsWhatComesInOrderWithoutAskingTheStore) {
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  EXPECT_EQ(take(it, lane, changes.add("a", 0).add("b", 0).add("a", 1)), 3U);
  EXPECT_EQ(sink.text(), "a0 b0 a1");
  EXPECT_EQ(lane.done(), "");
  EXPECT_EQ(lane.oldest_open(), "1");
  EXPECT_EQ(lane.open(), 3U);
  EXPECT_EQ(it.on_the_way(), 3U);
  EXPECT_EQ(it.oldest_on_the_way(), Timestamp{1000ms});
  EXPECT_FALSE(it.at_rest());
  it.settle({}, clock.instant());
  EXPECT_EQ(lane.done(), "3");
  EXPECT_EQ(lane.oldest_open(), "");
  EXPECT_EQ(lane.open(), 0U);
  EXPECT_TRUE(it.at_rest());
  EXPECT_FALSE(it.oldest_on_the_way());
  EXPECT_EQ(text(it.take_cursors()), "a=1 b=0 ");
  EXPECT_EQ(text(it.take_cursors()), "");
  EXPECT_EQ(store.reads, 0);
  EXPECT_EQ(cursors.loads, 1);  // both aggregates at once
  EXPECT_EQ(metric("leftfold_publisher_published_total"), 3);
}

TEST_F(ResequencerTest, DropsWhatTheCursorSaysIsPublished) {
  cursors.set("a", 4);
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 3, 2).add("a", 5));
  EXPECT_EQ(sink.text(), "a5");
  EXPECT_EQ(lane.done(), "1");
  EXPECT_EQ(it.counts().dropped, 2U);
  settle(it);
  EXPECT_EQ(lane.done(), "2");
  EXPECT_EQ(metric("leftfold_publisher_dropped_total"), 2);
}

TEST_F(ResequencerTest, ARepeatOfWhatIsOnTheWayWaitsForItsAcknowledgement) {
  sink.acknowledges = false;
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  ChangeLane& other = it.open_lane();
  take(it, lane, changes.add("a", 0));
  take(it, other, changes.add("a", 0));
  EXPECT_EQ(sink.text(), "a0");
  EXPECT_EQ(other.open(), 1U);
  sink.acknowledge(1);
  it.settle({}, clock.instant());
  EXPECT_EQ(lane.done(), "1");
  EXPECT_EQ(other.done(), "2");
}

TEST_F(ResequencerTest, AGapIsReadBackInPagesAndSentFirst) {
  store.fill("a", 200);
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 200));
  ASSERT_EQ(sink.sent.size(), 201U);
  for (std::size_t i = 0; i < sink.sent.size(); ++i) {
    EXPECT_EQ(sink.sent[i].version.value(), static_cast<std::int64_t>(i));
    EXPECT_EQ(sink.sent[i].payload, "{\"n\":" + std::to_string(i) + "}");
  }
  EXPECT_LE(store.largest_read, 64U);
  EXPECT_EQ(it.counts().read_back, 200U);  // the last one came with the change
  settle(it);
  EXPECT_EQ(lane.done(), "1");
  EXPECT_EQ(text(it.take_cursors()), "a=200 ");
  EXPECT_EQ(metric("leftfold_publisher_read_back_total"), 200);
}

TEST_F(ResequencerTest, BeyondAGapTheCursorIsLoadedAnewBeforeTheStoreIsAsked) {
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0));
  cursors.set("a", 6);  // another process went on
  take(it, lane, changes.add("a", 7));
  EXPECT_EQ(sink.text(), "a0 a7");
  EXPECT_EQ(store.reads, 0);
  take(it, lane, changes.add("a", 5));
  settle(it);
  EXPECT_EQ(lane.done(), "3");
  EXPECT_EQ(text(it.take_cursors()), "a=7 ");
}

TEST_F(ResequencerTest, ACommitIsSettledWithItsLastEvent) {
  sink.acknowledges = false;
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0, 3));
  sink.acknowledge(1);
  sink.acknowledge(2);
  it.settle({}, clock.instant());
  EXPECT_EQ(lane.done(), "");
  EXPECT_EQ(text(it.take_cursors()), "a=1 ");
  sink.acknowledge(3);
  it.settle({}, clock.instant());
  EXPECT_EQ(lane.done(), "1");
}

TEST_F(ResequencerTest, ACursorNeverMovesOverWhatIsNotAcknowledged) {
  sink.acknowledges = false;
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0).add("a", 1).add("a", 2));
  sink.acknowledge(2);
  it.settle({}, clock.instant());
  EXPECT_EQ(text(it.take_cursors()), "");
  EXPECT_EQ(lane.oldest_open(), "1");
  EXPECT_EQ(lane.open(), 3U);
  sink.acknowledge(1);
  it.settle({}, clock.instant());
  EXPECT_EQ(text(it.take_cursors()), "a=1 ");
  EXPECT_EQ(lane.done(), "2");
}

TEST_F(ResequencerTest, ChangesWithoutAnEventAreDoneAtOnceAndNotBeforeThoseAhead) {
  sink.acknowledges = false;
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.other());
  EXPECT_EQ(lane.done(), "1");
  take(it, lane, changes.add("a", 0).other().add("b", 0).other());
  EXPECT_EQ(lane.done(), "1");
  sink.acknowledge(2);
  it.settle({}, clock.instant());
  EXPECT_EQ(lane.done(), "1");
  EXPECT_EQ(lane.oldest_open(), "2");
  sink.acknowledge(1);
  it.settle({}, clock.instant());
  EXPECT_EQ(lane.done(), "5");
}

TEST_F(ResequencerTest, AWakeUpIsReadBack) {
  store.fill("a", 2);
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  EXPECT_TRUE(it.take(lane, "w", "a", Version{2}, {}));
  EXPECT_EQ(sink.text(), "a0 a1 a2");
  settle(it);
  EXPECT_EQ(lane.done(), "w");
  EXPECT_TRUE(it.take(lane, "x", "a", Version{2}, {}));
  EXPECT_EQ(lane.done(), "x");
}

TEST_F(ResequencerTest, AChangeThatCannotBeReadIsReadBack) {
  store.fill("a", 1);
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0).unreadable("a", 1));
  ASSERT_EQ(sink.text(), "a0 a1");
  EXPECT_EQ(sink.sent[1].type, "Happened");
  settle(it);
  EXPECT_EQ(lane.done(), "2");
}

TEST_F(ResequencerTest, AFailedReceiptEndsIt) {
  sink.acknowledges = false;
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0).add("a", 1).add("b", 0));
  sink.acknowledge(1);
  sink.fail(2);
  sink.acknowledge(3);
  std::string what;
  EXPECT_EQ(code_of([&] { it.settle({}, clock.instant()); }, &what), Errc::unavailable);
  EXPECT_NE(what.find("event 1 of aggregate \"a\""), std::string::npos) << what;
  EXPECT_EQ(text(it.take_cursors()), "a=0 b=0 ");
  EXPECT_EQ(lane.done(), "1");
  EXPECT_EQ(code_of([&] { it.settle({}, clock.instant()); }), Errc::unavailable);
  EXPECT_EQ(code_of([&] { take(it, lane, changes.add("c", 0)); }), Errc::unavailable);
  EXPECT_EQ(sink.text(), "a0 a1 b0");
}

TEST_F(ResequencerTest, WithoutRoomItWaitsForReceipts) {
  sink.room = 2;
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  EXPECT_EQ(take(it, lane, changes.add("a", 0, 5).add("b", 0)), 2U);
  EXPECT_EQ(sink.text(), "a0 a1 a2 a3 a4 b0");
  settle(it);
  EXPECT_EQ(lane.done(), "2");
}

TEST_F(ResequencerTest, AStopEndsTheWaitForRoomAndWhatWasBegunIsFinishedLater) {
  store.fill("a", 4);
  sink.room = 2;
  sink.acknowledges = false;
  std::stop_source stop;
  sink.on_wait = [&] { stop.request_stop(); };
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  EXPECT_EQ(it.take(lane, changes.add("a", 0, 3).add("a", 3).add("b", 0).page(), stop.get_token()), 1U);
  EXPECT_EQ(sink.text(), "a0 a1");
  EXPECT_FALSE(it.take(lane, "w", "a", Version{4}, stop.get_token()));
  sink.acknowledges = true;
  sink.on_wait = nullptr;
  sink.acknowledge(1);
  sink.acknowledge(2);
  settle(it);
  EXPECT_EQ(sink.text(), "a0 a1 a2");
  EXPECT_EQ(lane.done(), "1");
}

TEST_F(ResequencerTest, AWakeEndsSettle) {
  Resequencer& it = make();
  const Instant before = clock.instant();
  sink.wake();
  it.settle({}, before + 1h);
  EXPECT_EQ(clock.instant(), before);
  it.settle({}, before + 1s);
  EXPECT_EQ(clock.instant(), before + 1s);
}

TEST_F(ResequencerTest, ForgetsWhatWasNotNeededForLongest) {
  options.remembered = 2;
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0).add("b", 0).add("c", 0));
  settle(it);
  EXPECT_EQ(it.remembered(), 3U);  // their cursors were not taken
  const std::vector<PublishCursor> moved = it.take_cursors();
  EXPECT_EQ(text(moved), "a=0 b=0 c=0 ");
  EXPECT_EQ(it.remembered(), 2U);
  cursors.advance(moved);
  const int loads = cursors.loads;
  take(it, lane, changes.add("b", 1).add("c", 1));
  EXPECT_EQ(cursors.loads, loads);
  take(it, lane, changes.add("a", 0));
  EXPECT_EQ(cursors.loads, loads + 1);
  EXPECT_EQ(sink.text(), "a0 b0 c0 b1 c1");
}

TEST_F(ResequencerTest, NeverForgetsWhatWaits) {
  options.remembered = 0;
  sink.acknowledges = false;
  store.hidden.insert({"b", 0});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0).add("b", 1).add("c", 0));
  EXPECT_EQ(it.remembered(), 3U);
  sink.acknowledge(1);
  sink.acknowledge(2);
  it.settle({}, clock.instant());
  EXPECT_EQ(text(it.take_cursors()), "a=0 c=0 ");
  EXPECT_EQ(it.remembered(), 1U);  // b
  take(it, lane, changes.add("d", -1));
  EXPECT_EQ(it.remembered(), 1U);
}

TEST_F(ResequencerTest, ALaneThatIsClosedHoldsNothingUp) {
  sink.acknowledges = false;
  Resequencer& it = make();
  ChangeLane& closed = it.open_lane();
  ChangeLane& lane = it.open_lane();
  take(it, closed, changes.add("a", 0));
  take(it, lane, changes.add("a", 0).add("a", 1));
  it.close_lane(closed);
  sink.acknowledge(1);
  sink.acknowledge(2);
  it.settle({}, clock.instant());
  EXPECT_EQ(lane.done(), "3");
  EXPECT_EQ(text(it.take_cursors()), "a=1 ");
}

TEST_F(ResequencerTest, ASnapshotNoteIsPublishedAsItIs) {
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  EventCopy note = event_of("a", 0);
  note.type = kSnapshotNote;
  ChangePage page;
  page.events.add(note.view());
  page.changes.push_back({"1", 0, 1, {}});
  it.take(lane, page, {});
  take(it, lane, changes.add("a", 1));
  ASSERT_EQ(sink.text(), "a0 a1");
  EXPECT_EQ(sink.sent[0].type, kSnapshotNote);
}

}  // namespace
}  // namespace leftfold::runtime_test
