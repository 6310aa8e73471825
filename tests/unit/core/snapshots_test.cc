// Loads through snapshots: what is used, what is not believed, and what takes its place.
#include <leftfold/snapshots.h>

#include <gtest/gtest.h>

#include <list>

#include <leftfold/memory.h>
#include <leftfold/repository.h>
#include <leftfold/snapshot_schema.h>
#include <leftfold/testing/faulty_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "unit/core/cart.h"
#include "unit/core/snapshot_support.h"

namespace cart_tests {
namespace {

using namespace std::chrono_literals;
using leftfold::AppendRequest;
using leftfold::Errc;
using leftfold::Error;
using leftfold::MemoryStore;
using leftfold::Repository;
using leftfold::SnapshotPolicy;
using leftfold::Snapshots;
using leftfold::SnapshotsOptions;
using leftfold::StoredSnapshot;
using leftfold::Version;
using leftfold::test_core::HookedSnapshotStore;
using leftfold::test_core::loads;
using leftfold::test_core::writes;
using leftfold::testing::FaultyStore;
using leftfold::testing::StoreCall;
using leftfold::testing::VirtualClock;

class SnapshotsTest : public ::testing::Test {
 protected:
  void add(const Repository<Cart>& to, int events, std::string_view id = "cart-1") {
    for (int i = 0; i < events; ++i) {
      to.execute(id, [](Cart& cart) { cart.add_item("apple", 1); });
      ASSERT_TRUE(snapshots.flush());
    }
  }
  std::optional<StoredSnapshot> stored(std::string_view id = "cart-1") { return kept.inner.load(id, schema); }
  Version stored_version() { return stored() ? stored()->version : Version::none(); }
  Repository<Cart> repository(SnapshotPolicy policy) {
    return Repository<Cart>{store, {.clock = &clock, .snapshots = &snapshots, .snapshot_policy = policy}};
  }
  /// What is stored, changed by the test.
  template <class Change>
  void tamper(Change change) {
    StoredSnapshot snapshot = stored().value();
    kept.inner.remove(snapshot.aggregate_id, snapshot.schema);
    change(snapshot);
    kept.inner.save(snapshot);
  }

  const std::string schema = leftfold::snapshot_schema<Cart>();
  VirtualClock clock;
  leftfold::Metrics metrics;
  MemoryStore memory{clock};
  FaultyStore store{memory, clock};
  HookedSnapshotStore kept;
  Snapshots snapshots{kept, {.clock = &clock, .metrics = &metrics}};
  Repository<Cart> plain{memory, {.clock = &clock}};
  Repository<Cart> carts = repository({.every = 10});
};

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
  VirtualClock& moving = clock;
  struct SlowStore final : leftfold::EventStore {
    SlowStore(EventStore& to, VirtualClock& by) : inner{to}, clock{by} {}
    leftfold::AppendResult append(const AppendRequest& r) override { return inner.append(r); }
    leftfold::EventPage read_stream(std::string_view id, Version from, std::size_t max) override {
      clock.advance(51ms);
      return inner.read_stream(id, from, max);
    }
    leftfold::EventPage read_all(leftfold::Position p, std::size_t max) override { return inner.read_all(p, max); }
    leftfold::Position head() override { return inner.head(); }
    std::optional<leftfold::Appended> find_append(std::string_view a, std::string_view k) override {
      return inner.find_append(a, k);
    }
    EventStore& inner;
    VirtualClock& clock;
  } slow{memory, moving};
  const Repository<Cart> carts_there{
      slow, {.clock = &clock, .snapshots = &snapshots, .snapshot_policy = {.every = 0, .slower_than = 50ms}}};
  (void)carts_there.load("cart-1");
  ASSERT_TRUE(snapshots.flush());
  EXPECT_EQ(stored_version(), Version{2});
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
