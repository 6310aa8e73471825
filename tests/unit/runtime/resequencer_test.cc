// The rules by which a Resequencer drops, sends, reads back and waits.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/memory_cursor_store.h>

#include "runtime/resequencer.h"
#include "support/code_of.h"
#include "unit/runtime/resequencer_support.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using runtime::ChangeLane;
using runtime::Resequencer;
using runtime::ResequencerOptions;
using test_support::code_of;

/// Counts, and can be away.
class CountedCursors final : public CursorStore {
 public:
  std::vector<Version> load(std::span<const std::string_view> ids) override {
    ++loads;
    return cursors.load(ids);
  }
  void advance(std::span<const PublishCursor> moved) override { cursors.advance(moved); }
  bool remove(std::string_view id) override { return cursors.remove(id); }
  void set(const std::string& id, std::int64_t version) {
    const std::vector<PublishCursor> moved{{id, Version{version}}};
    cursors.advance(moved);
  }
  int loads = 0;
  MemoryCursorStore cursors;
};

struct ResequencerTest : ::testing::Test {
  ResequencerTest() {
    options.clock = &clock;
    options.metrics = &metrics;
  }
  Resequencer& make() { return *(made = std::make_unique<Resequencer>(store, cursors, sink, options)); }
  static std::size_t take(Resequencer& it, ChangeLane& lane, Changes& changes) {
    return it.take(lane, changes.page(), {});
  }
  /// Lets time pass until `done`, at most for ten minutes of the virtual clock.
  template <class Done>
  void settle_until(Resequencer& it, Done done) {
    const Instant end = clock.instant() + 10min;
    while (!done() && clock.instant() < end) it.settle({}, clock.instant() + 1s);
    EXPECT_TRUE(done());
  }
  void settle(Resequencer& it) {
    settle_until(it, [&] { return it.at_rest(); });
  }
  static std::string text(const std::vector<PublishCursor>& cursors) {
    std::string all;
    for (const auto& [id, published] : cursors) all += id + "=" + std::to_string(published.value()) + " ";
    return all;
  }
  [[nodiscard]] double metric(const std::string& name) const {
    const std::string text = metrics.prometheus();
    const std::size_t at = text.find("\n" + name + " ");
    EXPECT_NE(at, std::string::npos) << name << " is not in\n" << text;
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }

  testing::VirtualClock clock;
  ScriptedStore store;
  CountedCursors cursors;
  ScriptedSink sink{clock};
  Metrics metrics;
  ResequencerOptions options;
  Changes changes;
  std::unique_ptr<Resequencer> made;
};

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

TEST_F(ResequencerTest, WhatTheStoreDoesNotShowYetStallsItsAggregateAlone) {
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

TEST_F(ResequencerTest, AChangeThatComesLateFillsTheGap) {
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

TEST_F(ResequencerTest, AfterAMinuteAStalledAggregateIsBlockedAndGoesOnWhenItCan) {
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

TEST_F(ResequencerTest, AnEventThatIsTooLargeBlocksItsAggregateAndNothingElse) {
  store.fill("a", 9);
  sink.too_large.insert({"a", 1});
  Resequencer& it = make();
  ChangeLane& lane = it.open_lane();
  take(it, lane, changes.add("a", 0).add("a", 1).add("b", 0).add("a", 2).add("a", 9));
  settle(it);
  EXPECT_EQ(sink.text(), "a0 b0");
  EXPECT_EQ(lane.done(), "1");
  EXPECT_EQ(lane.open(), 3U);
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

TEST_F(ResequencerTest, AMarkerStandsForAnEventThatIsTooLarge) {
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

TEST_F(ResequencerTest, AnEventThatTheStoreCannotReadBlocksAfterSomeTries) {
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

TEST_F(ResequencerTest, AMarkerStandsForAnEventThatTheStoreCannotRead) {
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
  EXPECT_EQ(marker.committed_at, begin + 60ms);  // after two more tries
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

TEST_F(ResequencerTest, ABlockedChangeDoesNotMakeItsLaneGrow) {
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
