// SPDX-License-Identifier: Apache-2.0
// Snapshots behind the backs of commands: nobody waits, the newest wins, the end is bounded.
#include <leftfold/snapshots.h>

#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include <leftfold/memory.h>
#include <leftfold/repository.h>
#include <leftfold/snapshot_schema.h>
#include <leftfold/testing/virtual_clock.h>

#include "unit/core/cart.h"
#include "unit/core/snapshot_support.h"

namespace cart_tests {
namespace {

using namespace std::chrono_literals;
using leftfold::Errc;
using leftfold::MemoryStore;
using leftfold::Repository;
using leftfold::Snapshots;
using leftfold::Version;
using leftfold::test_core::HookedSnapshotStore;
using leftfold::test_core::writes;
using leftfold::testing::VirtualClock;

class SnapshotWriterTest : public ::testing::Test {
 protected:
  void add(std::string_view id, int events = 1) {
    for (int i = 0; i < events; ++i) carts->execute(id, [](Cart& cart) { cart.add_item("apple", 1); });
  }
  void begin(leftfold::SnapshotsOptions options) {
    carts.reset();
    snapshots.reset();
    options.clock = &clock;
    options.metrics = &metrics;
    snapshots.emplace(kept, options);
    carts.emplace(store, leftfold::RepositoryOptions{.attempts = 1000,
                                                     .max_back_off = 0ms,  // the clock stands still
                                                     .clock = &clock,
                                                     .snapshots = &*snapshots,
                                                     .snapshot_policy = {.every = 1}});
  }
  Version stored_version(std::string_view id) {
    const auto found = kept.inner.load(id, leftfold::snapshot_schema<Cart>());
    return found ? found->version : Version::none();
  }

  VirtualClock clock;
  leftfold::Metrics metrics;
  MemoryStore store{clock};
  HookedSnapshotStore kept;
  std::optional<Snapshots> snapshots;
  std::optional<Repository<Cart>> carts;
};

TEST_F(SnapshotWriterTest, NoCommandWaitsForAWriteAndTheNewestWins) {
  begin({});
  kept.close();
  add("cart-1");
  kept.wait_for_saves(1);  // inside the store
  add("cart-1", 9);        // would hang here if it waited
  kept.open();
  ASSERT_TRUE(snapshots->flush());
  EXPECT_EQ(stored_version("cart-1"), Version{9});
  EXPECT_EQ(kept.saves(), 2U);
  EXPECT_EQ(writes(metrics, "written"), 2);
  EXPECT_EQ(writes(metrics, "older"), 8);
}

TEST_F(SnapshotWriterTest, OneThatIsOnItsWayCounts) {
  begin({});
  carts.emplace(
      store, leftfold::RepositoryOptions{.clock = &clock, .snapshots = &*snapshots, .snapshot_policy = {.every = 5}});
  kept.close();
  add("cart-1", 5);
  kept.wait_for_saves(1);  // of version 4
  add("cart-1", 4);        // none is due, though loads find none
  EXPECT_EQ(writes(metrics, "older"), 0);
  add("cart-1", 4);  // of version 9, which waits
  kept.open();
  ASSERT_TRUE(snapshots->flush());
  EXPECT_EQ(kept.saves(), 2U);
  EXPECT_EQ(stored_version("cart-1"), Version{9});
}

TEST_F(SnapshotWriterTest, WhatThereIsNoRoomForIsDroppedAndCounted) {
  begin({.most_waiting = 3});
  kept.close();
  add("first");
  kept.wait_for_saves(1);
  for (const char* id : {"a", "b", "c", "d", "e"}) add(id);
  EXPECT_EQ(writes(metrics, "dropped"), 2);
  add("a");  // takes the place of the one that waits
  kept.open();
  ASSERT_TRUE(snapshots->flush());
  EXPECT_EQ(stored_version("a"), Version{1});
  EXPECT_EQ(stored_version("c"), Version{0});
  EXPECT_EQ(stored_version("d"), Version::none());
  add("d");
  ASSERT_TRUE(snapshots->flush());
  EXPECT_EQ(stored_version("d"), Version{1});
}

TEST_F(SnapshotWriterTest, TheirBytesAreBoundedToo) {
  begin({.most_waiting_bytes = 600});  // one is about 200 bytes
  kept.close();
  add("first");
  kept.wait_for_saves(1);
  for (int i = 0; i < 10; ++i) add("cart-" + std::to_string(i));
  EXPECT_GT(writes(metrics, "dropped"), 5);
  EXPECT_LT(writes(metrics, "dropped"), 10);
  kept.open();
  ASSERT_TRUE(snapshots->flush());
}

TEST_F(SnapshotWriterTest, ItsEndWritesWhatWaits) {
  begin({});
  kept.close();
  for (const char* id : {"a", "b", "c"}) add(id);
  kept.wait_for_saves(1);
  std::jthread opener{[this] { kept.open(); }};
  carts.reset();
  snapshots.reset();
  for (const char* id : {"a", "b", "c"}) EXPECT_EQ(stored_version(id), Version{0}) << id;
}

TEST_F(SnapshotWriterTest, ItsEndWaitsForNoStoreThatFails) {
  begin({});
  kept.close();
  for (const char* id : {"a", "b", "c"}) add(id);
  kept.wait_for_saves(1);
  kept.fail_save = Errc::unavailable;
  kept.open();
  carts.reset();
  snapshots.reset();  // the clock stands still: a wait would never end
  EXPECT_EQ(kept.saves(), 1U);
  EXPECT_EQ(writes(metrics, "failed"), 1);
  EXPECT_EQ(writes(metrics, "dropped"), 2);
}

TEST_F(SnapshotWriterTest, WhatItsEndDoesNotWriteIsCounted) {
  begin({.drain = 0ms});
  kept.close();
  for (const char* id : {"a", "b", "c"}) add(id);
  kept.wait_for_saves(1);
  std::jthread opener{[this] { kept.open(); }};
  carts.reset();
  snapshots.reset();
  EXPECT_EQ(writes(metrics, "written") + writes(metrics, "dropped"), 3);
}

TEST_F(SnapshotWriterTest, AStoreThatFailsIsLeftAloneForAWhile) {
  begin({.pause = 10s});
  kept.fail_save = Errc::unavailable;
  add("cart-1");
  ASSERT_TRUE(snapshots->flush());
  EXPECT_EQ(writes(metrics, "failed"), 1);
  add("cart-1", 5);  // no attempt, and no work for one
  EXPECT_EQ(kept.saves(), 1U);
  kept.fail_save.reset();
  clock.advance(10s);
  add("cart-1");
  ASSERT_TRUE(snapshots->flush());
  EXPECT_EQ(stored_version("cart-1"), Version{6});
}

TEST_F(SnapshotWriterTest, WhatTheStoreCannotHoldIsNotTriedWithEveryCommand) {
  begin({});
  kept.fail_save = Errc::invalid_argument;
  add("large");
  ASSERT_TRUE(snapshots->flush());
  kept.fail_save.reset();
  add("large", 5);
  add("small");
  ASSERT_TRUE(snapshots->flush());
  EXPECT_EQ(kept.saves(), 2U);
  EXPECT_EQ(stored_version("large"), Version::none());
  EXPECT_EQ(stored_version("small"), Version{0});  // the store is not to blame
  clock.advance(10min);
  add("large");
  ASSERT_TRUE(snapshots->flush());
  EXPECT_EQ(stored_version("large"), Version{6});
}

TEST_F(SnapshotWriterTest, AFlushEndsOnAStopAndAtItsDeadline) {
  begin({});
  kept.close();
  add("cart-1");
  kept.wait_for_saves(1);
  EXPECT_FALSE(snapshots->flush({}, clock.instant()));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(snapshots->flush(stop.get_token()));
  kept.open();
  EXPECT_TRUE(snapshots->flush());
}

struct Measured {
  double value = 0;
};
struct MeasureState {
  double sum = 0;
  void apply(const Measured& e) { sum = e.value > 0 ? std::numeric_limits<double>::infinity() : e.value; }
};
class Measure : public leftfold::AggregateRoot<MeasureState, leftfold::Events<Measured>> {
 public:
  using AggregateRoot::AggregateRoot;
  void add(double value) { create_event(Measured{value}); }
};

TEST_F(SnapshotWriterTest, AStateThatJsonCannotHoldFailsNoCommand) {
  begin({});
  const Repository<Measure> measures{store,
                                     {.clock = &clock, .snapshots = &*snapshots, .snapshot_policy = {.every = 1}}};
  for (int i = 0; i < 3; ++i) measures.execute("m", [](Measure& m) { m.add(1); });
  EXPECT_EQ(measures.load("m").version(), Version{2});
  EXPECT_EQ(writes(metrics, "unstorable", "Measure"), 1);
  EXPECT_EQ(kept.saves(), 0U);
}

TEST_F(SnapshotWriterTest, ManyThreadsShareOne) {
  begin({});
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([this, t] {
        for (int i = 0; i < 50; ++i) add("cart-" + std::to_string((t + i) % 3));
      });
    }
  }
  ASSERT_TRUE(snapshots->flush());
  const Repository<Cart> plain{store};
  for (int i = 0; i < 3; ++i) {
    const std::string id = "cart-" + std::to_string(i);
    EXPECT_EQ(stored_version(id), plain.load(id).version());
    EXPECT_EQ(carts->load(id).state().items, plain.load(id).state().items);
  }
}

}  // namespace
}  // namespace cart_tests
