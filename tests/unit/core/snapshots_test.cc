// SPDX-License-Identifier: Apache-2.0
// Loads through snapshots: when one is taken, and what is read then.
#include <gtest/gtest.h>

#include <list>

#include <leftfold/error.h>

#include "unit/core/snapshot_fixture.h"

namespace cart_tests {
namespace {

using namespace std::chrono_literals;
using leftfold::Errc;
using leftfold::Error;

TEST_F(SnapshotsTest, ALoadReadsTheEventsBehindItAlone) {
  add(carts, 25);
  EXPECT_EQ(stored_version(), Version{19});
  EXPECT_EQ(writes(metrics, "written"), 2);
  const int used = loads(metrics, "used");
  const Cart cart = carts.load("cart-1");
  EXPECT_EQ(cart.state().items.at("apple"), 25);
  EXPECT_EQ(cart.version(), Version{24});
  EXPECT_EQ(loads(metrics, "used"), used + 1);
  // One page from the snapshot's own event on.
  const Repository<Cart> strict{store, {.page_events = 6, .clock = &clock, .snapshots = &snapshots}};
  const std::size_t reads = store.calls(StoreCall::read_stream);
  EXPECT_EQ(strict.load("cart-1").state().items.at("apple"), 25);
  EXPECT_EQ(store.calls(StoreCall::read_stream), reads + 1);
}

TEST_F(SnapshotsTest, CommandsGoOnFromIt) {
  add(carts, 10);
  add(carts, 1);
  EXPECT_EQ(plain.load("cart-1").state().items.at("apple"), 11);
  EXPECT_THROW(carts.execute("cart-1",
                             [](Cart& cart) {
                               cart.check_out();
                               cart.check_out();
                             }),
               CartIsClosed);
}

TEST_F(SnapshotsTest, ALoadTakesOneWhenNoCommandDid) {
  add(plain, 10);
  EXPECT_EQ(carts.load("cart-1").version(), Version{9});
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(stored_version(), Version{9});
  EXPECT_EQ(loads(metrics, "none"), 1);
}

TEST_F(SnapshotsTest, ASaveTakesOne) {
  Cart cart = carts.load("cart-1");
  for (int i = 0; i < 12; ++i) cart.add_item("apple", 1);
  (void)carts.save(cart);
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(stored_version(), Version{11});
  EXPECT_EQ(carts.load("cart-1").state().items.at("apple"), 12);
  EXPECT_EQ(loads(metrics, "used"), 1);  // it names the last event of the commit
  cart.add_item("apple", 1);
  (void)carts.save(cart);
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(stored_version(), Version{11});  // one event since
}

TEST_F(SnapshotsTest, NoneIsTakenOfEventsThatWereNotStored) {
  leftfold::CommandOptions options;
  options.idempotency_key = "once";
  carts.execute("cart-1", [](Cart& cart) { cart.add_item("apple", 1); }, options);
  Cart cart = carts.load("cart-1");
  for (int i = 0; i < 12; ++i) cart.add_item("pear", 1);
  EXPECT_TRUE(carts.save(cart, options).repeated);
  ASSERT_TRUE(snapshots.flush());
  EXPECT_FALSE(stored());
}

TEST_F(SnapshotsTest, OneThatIsOldIsDue) {
  const Repository<Cart> timed = repository({.every = 0, .older_than = 1h});
  add(timed, 3);
  EXPECT_FALSE(stored());
  clock.advance(1h);
  add(timed, 1);
  EXPECT_EQ(stored_version(), Version{3});
  add(timed, 5);
  EXPECT_EQ(stored_version(), Version{3});
  clock.advance(1h);
  (void)timed.load("cart-1");
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(stored_version(), Version{8});
  clock.advance(2h);
  (void)timed.load("cart-1");  // nothing happened since
  EXPECT_EQ(kept.saves(), 2U);
}

TEST_F(SnapshotsTest, ASlowLoadMakesOneDue) {
  const Repository<Cart> timed = repository({.every = 0, .slower_than = 50ms});
  add(timed, 3);
  EXPECT_FALSE(stored());
  ReadingStore slow{memory, [this](leftfold::EventPage page) {
                      clock.advance(51ms);
                      return page;
                    }};
  const Repository<Cart> carts_there{
      slow, {.clock = &clock, .snapshots = &snapshots, .snapshot_policy = {.every = 0, .slower_than = 50ms}}};
  (void)carts_there.load("cart-1");
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(stored_version(), Version{2});
}

TEST_F(SnapshotsTest, OneSlowLoadMakesOneDueOnce) {
  add(plain, 3);
  bool slow = true;
  ReadingStore there{memory, [&](leftfold::EventPage page) {
                       if (slow) clock.advance(51ms);
                       return page;
                     }};
  const Repository<Cart> timed{
      there, {.clock = &clock, .snapshots = &snapshots, .snapshot_policy = {.every = 0, .slower_than = 50ms}}};
  Cart cart = timed.load("cart-1");
  slow = false;
  for (int i = 0; i < 5; ++i) {  // the same aggregate goes on: its load is long past
    ASSERT_TRUE(snapshots.flush());
    cart.add_item("apple", 1);
    (void)timed.save(cart);
  }
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(kept.saves(), 1U);
  slow = true;
  kept.close();
  (void)timed.load("cart-1");
  kept.wait_for_saves(2);
  for (int i = 0; i < 5; ++i) timed.execute("cart-1", [](Cart& c) { c.add_item("apple", 1); });
  kept.open();
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(kept.saves(), 2U);  // loads were slow because it was on its way
}

TEST_F(SnapshotsTest, AreNotTakenMoreOftenThanAllowed) {
  const Repository<Cart> calm = repository({.every = 2, .at_most_every = 1h});
  add(calm, 10);
  EXPECT_EQ(stored_version(), Version{1});
  clock.advance(1h);
  add(calm, 1);
  EXPECT_EQ(stored_version(), Version{10});
}

TEST_F(SnapshotsTest, APolicyOfNoneReadsAndNeverWrites) {
  add(carts, 10);
  const Repository<Cart> reading = repository(SnapshotPolicy::never());
  add(reading, 30);
  EXPECT_EQ(kept.saves(), 1U);
  EXPECT_GT(loads(metrics, "used"), 0);
}

TEST_F(SnapshotsTest, LoadsOfThePastUseOneThatIsOldEnough) {
  add(carts, 10);
  clock.advance(1h);
  const leftfold::Timestamp later = clock.now();
  add(carts, 10);
  clock.advance(1h);
  ASSERT_TRUE(snapshots.flush());
  ASSERT_EQ(stored_version(), Version{19});
  EXPECT_EQ(carts.load_at("cart-1", Version{18}).state().items.at("apple"), 19);
  EXPECT_EQ(carts.load_at("cart-1", later - 1ms).state().items.at("apple"), 10);
  EXPECT_EQ(loads(metrics, "later"), 2);
  const int used = loads(metrics, "used");
  EXPECT_EQ(carts.load_at("cart-1", Version{19}).state().items.at("apple"), 20);
  EXPECT_EQ(carts.load_at("cart-1", later).state().items.at("apple"), 20);
  EXPECT_EQ(loads(metrics, "used"), used + 2);
  EXPECT_EQ(kept.saves(), 2U);  // and take none
}

struct OddState {
  std::list<int> numbers;
  void apply(const CartItemAdded& e) { numbers.push_back(e.quantity); }
};
class Odd : public leftfold::AggregateRoot<OddState, leftfold::Events<CartItemAdded>> {
 public:
  using AggregateRoot::AggregateRoot;
  void add(int n) { create_event(CartItemAdded{"", n}); }
};

TEST_F(SnapshotsTest, AStateThatCannotBeStoredHasNone) {
  const Repository<Odd> odd{store};
  odd.execute("odd", [](Odd& o) { o.add(3); });
  EXPECT_EQ(odd.load("odd").state().numbers, std::list<int>{3});
  try {
    const Repository<Odd> refused{store, {.snapshots = &snapshots}};
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::invalid_argument);
    EXPECT_NE(std::string_view{e.what()}.find("state of Odd"), std::string_view::npos) << e.what();
  }
}

}  // namespace
}  // namespace cart_tests
