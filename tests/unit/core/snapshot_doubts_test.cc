// SPDX-License-Identifier: Apache-2.0
// Snapshots that are not believed: damaged, of another past, too new, or from a store that fails.
#include <gtest/gtest.h>

#include <leftfold/error.h>

#include "unit/core/snapshot_fixture.h"

namespace cart_tests {
namespace {

using namespace std::chrono_literals;
using leftfold::Errc;
using leftfold::SnapshotsOptions;

TEST_F(SnapshotsTest, ADamagedOneIsIgnoredCountedAndReplaced) {
  add(carts, 10);
  const std::string whole = stored()->state;
  int damaged = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    tamper([&](StoredSnapshot& snapshot) {
      snapshot.state = whole;
      snapshot.state[at] = static_cast<char>(snapshot.state[at] ^ 1);
    });
    EXPECT_EQ(carts.load("cart-1").state().items, plain.load("cart-1").state().items) << at;
    ASSERT_EQ(loads(metrics, "corrupt"), ++damaged) << at << ": " << whole;
    ASSERT_TRUE(snapshots.flush());
    EXPECT_EQ(stored().value().state, whole) << at;  // the load took it anew
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
    tamper([&](StoredSnapshot& snapshot) { snapshot.state = whole.substr(0, size); });
    EXPECT_EQ(carts.load("cart-1").version(), Version{9});
    EXPECT_EQ(loads(metrics, "corrupt"), ++damaged) << size;
    ASSERT_TRUE(snapshots.flush());
  }
}

TEST_F(SnapshotsTest, OneThatIsNewerThanTheStreamIsNotBelieved) {
  add(carts, 10);
  MemoryStore restored{clock};  // a backup of the first six events
  const Repository<Cart> before{restored, {.clock = &clock}};
  const Repository<Cart> after{restored, {.clock = &clock, .snapshots = &snapshots, .snapshot_policy = {.every = 4}}};
  add(before, 6);
  const Cart cart = after.load("cart-1");
  EXPECT_EQ(cart.version(), Version{5});
  EXPECT_EQ(cart.state().items.at("apple"), 6);
  EXPECT_EQ(loads(metrics, "stale"), 1);
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(stored_version(), Version{5});  // though the one before was newer
  EXPECT_EQ(after.load("cart-1").version(), Version{5});
  EXPECT_EQ(loads(metrics, "stale"), 1);
}

TEST_F(SnapshotsTest, OneOfAnotherPastIsNotBelieved) {
  add(carts, 10);
  MemoryStore restored{clock};  // from a backup, and other events since: the versions are the same
  const Repository<Cart> before{restored, {.clock = &clock}};
  for (int i = 0; i < 20; ++i) before.execute("cart-1", [](Cart& cart) { cart.add_item("pear", 1); });
  const Repository<Cart> after{restored, {.clock = &clock, .snapshots = &snapshots}};
  EXPECT_EQ(after.load("cart-1").state().items, (std::map<std::string, int>{{"pear", 20}}));
  EXPECT_EQ(loads(metrics, "stale"), 1);
}

TEST_F(SnapshotsTest, AStoreThatFailsCostsALoadNothingButTheFold) {
  add(carts, 10);
  kept.fail_load = Errc::unavailable;
  EXPECT_EQ(carts.load("cart-1").version(), Version{9});
  EXPECT_EQ(loads(metrics, "failed"), 1);
  const std::size_t asked = kept.loads();
  EXPECT_EQ(carts.load("cart-1").version(), Version{9});
  EXPECT_EQ(kept.loads(), asked);  // it is left alone for a while
  EXPECT_EQ(loads(metrics, "failed"), 2);
  kept.fail_load.reset();
  clock.advance(5s);
  const int used = loads(metrics, "used");
  EXPECT_EQ(carts.load("cart-1").version(), Version{9});
  EXPECT_EQ(loads(metrics, "used"), used + 1);
}

TEST_F(SnapshotsTest, AStoreThatTakesNoneIsReadAllTheSame) {
  add(carts, 10);
  for (const Errc code : {Errc::permission_denied, Errc::storage_full}) {  // say nothing about reading
    kept.fail_save = code;
    const std::size_t saves = kept.saves();
    add(carts, 10);
    EXPECT_EQ(kept.saves(), saves + 1);
    const int used = loads(metrics, "used");
    (void)carts.load("cart-1");
    EXPECT_EQ(loads(metrics, "used"), used + 1) << to_string(code);
    EXPECT_EQ(kept.saves(), saves + 1);  // and it is not asked to write with every command
    clock.advance(5s);
  }
  kept.fail_save.reset();
  (void)carts.load("cart-1");
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(stored_version(), Version{29});
  EXPECT_EQ(loads(metrics, "failed"), 0);
}

TEST_F(SnapshotsTest, OneThatTheStoreCallsCorruptIsReplaced) {
  add(carts, 10);
  kept.fail_load = Errc::corrupt;
  EXPECT_EQ(carts.load("cart-1").version(), Version{9});
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(loads(metrics, "corrupt"), 1);
  EXPECT_EQ(writes(metrics, "written"), 2);  // removed, and written again
  kept.fail_load.reset();
  const int used = loads(metrics, "used");
  (void)carts.load("cart-1");
  EXPECT_EQ(loads(metrics, "used"), used + 1);
}

TEST_F(SnapshotsTest, ReadOnlyOnesAreUsedAndLeftAlone) {
  add(carts, 10);
  tamper([](StoredSnapshot& snapshot) { snapshot.state += '\n'; });
  Snapshots looking{kept, {.mode = SnapshotsOptions::Mode::read_only, .clock = &clock, .metrics = &metrics}};
  const Repository<Cart> reading{store, {.clock = &clock, .snapshots = &looking, .snapshot_policy = {.every = 1}}};
  EXPECT_EQ(reading.load("cart-1").version(), Version{9});
  ASSERT_TRUE(looking.flush());
  EXPECT_EQ(kept.saves(), 1U);
  EXPECT_TRUE(stored()->state.ends_with('\n'));
}

TEST_F(SnapshotsTest, ALoadAtATimeKnowsOfClocksThatWentBack) {
  add(plain, 4);
  const leftfold::Timestamp start = clock.now();
  // As on DynamoDB, where every writer's own clock counts: the second event was committed by one that is an hour fast.
  ReadingStore skewed{memory, [start](const leftfold::EventPage& page) {
                        leftfold::EventPage changed;
                        for (leftfold::RecordedEvent event : page) {
                          event.committed_at = start + (event.version == Version{1} ? 1h : 0h);
                          changed.add(event);
                        }
                        changed.set_at_end(page.at_end());
                        return changed;
                      }};
  const Repository<Cart> with{skewed, {.clock = &clock, .snapshots = &snapshots, .snapshot_policy = {.every = 1}}};
  (void)with.load("cart-1");
  ASSERT_TRUE(snapshots.flush());
  ASSERT_EQ(stored_version(), Version{3});
  const Repository<Cart> without{skewed, {.clock = &clock}};
  for (const auto time : {start, start + 1h - 1ms, start + 1h}) {
    EXPECT_EQ(with.load_at("cart-1", time).version(), without.load_at("cart-1", time).version());
  }
  EXPECT_EQ(loads(metrics, "later"), 2);
  EXPECT_EQ(loads(metrics, "used"), 1);
}

}  // namespace
}  // namespace cart_tests
