// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/faulty_store.h>

#include <gtest/gtest.h>

#include <thread>

#include <leftfold/aggregate_root.h>
#include <leftfold/memory.h>
#include <leftfold/repository.h>
#include <leftfold/testing/virtual_clock.h>

namespace counters {

struct Counted {
  int by = 1;
};
struct CounterState {
  int total = 0;
  void apply(const Counted& e) { total += e.by; }
};
class Counter : public leftfold::AggregateRoot<CounterState, leftfold::Events<Counted>> {
 public:
  using AggregateRoot::AggregateRoot;
  void count(int by) { create_event(Counted{by}); }
};

namespace {

using namespace std::chrono_literals;
using leftfold::Errc;
using leftfold::Error;
using leftfold::MemoryStore;
using leftfold::Repository;
using leftfold::Version;
using leftfold::testing::FaultyStore;
using leftfold::testing::kAlways;
using Call = leftfold::testing::StoreCall;

class FaultyStoreTest : public ::testing::Test {
 protected:
  // The code of the error that `f` throws; empty when it throws none.
  template <class F>
  static std::optional<Errc> error_of(F&& f) {
    try {
      f();
    } catch (const Error& error) {
      return error.code();
    }
    return std::nullopt;
  }
  void count() {
    counters.execute("a", [](Counter& counter) { counter.count(1); });
  }
  [[nodiscard]] int total() { return Repository<Counter>{real}.load("a").state().total; }

  MemoryStore real;
  FaultyStore store{real};
  Repository<Counter> counters{store};
};

TEST_F(FaultyStoreTest, HandsEverythingOnWithoutAFault) {
  count();
  EXPECT_EQ(total(), 1);
  EXPECT_EQ(store.head(), real.head());
  EXPECT_EQ(store.read_all({}, 10).size(), 1U);
  EXPECT_FALSE(store.find_append("a", "k"));
  EXPECT_EQ(store.calls(Call::append), 1U);
  EXPECT_EQ(store.calls(Call::read_all), 1U);
}

TEST_F(FaultyStoreTest, FailsBeforeTheAppend) {
  store.fail(Call::append, Errc::storage_full);
  EXPECT_EQ(error_of([&] { count(); }), Errc::storage_full);
  EXPECT_EQ(real.head().value(), 0);
  count();
  EXPECT_EQ(total(), 1);
}

// [in-doubt]
// The event is stored although the append throws: execute reads back and finds its own commit.
TEST_F(FaultyStoreTest, AppendsAndThenThrows) {
  store.append_then_throw(Errc::in_doubt);
  count();
  EXPECT_EQ(total(), 1);
}
// [/in-doubt]

TEST_F(FaultyStoreTest, AppendsThenThrowsAndTheReadingBackFailsToo) {
  store.append_then_throw(Errc::in_doubt);
  store.fail(Call::read_stream, Errc::unavailable, {.first = 2, .count = kAlways});
  EXPECT_EQ(error_of([&] { count(); }), Errc::in_doubt);
  EXPECT_EQ(total(), 1);
}

TEST_F(FaultyStoreTest, ConflictsSoOften) {
  store.conflict({.first = 1, .count = 3});
  count();
  EXPECT_EQ(total(), 1);
  EXPECT_EQ(store.calls(Call::append), 4U);
}

TEST_F(FaultyStoreTest, CountsCallsFromTheMomentOfAsking) {
  count();
  store.fail(Call::append, Errc::unavailable, {.first = 2, .count = 2});
  EXPECT_EQ(error_of([&] { count(); }), std::nullopt);
  EXPECT_EQ(error_of([&] { count(); }), Errc::unavailable);
  EXPECT_EQ(error_of([&] { count(); }), Errc::unavailable);
  EXPECT_EQ(error_of([&] { count(); }), std::nullopt);
  EXPECT_EQ(total(), 3);
}

TEST_F(FaultyStoreTest, FailsEveryKindOfCall) {
  for (const Call call : {Call::append, Call::read_stream, Call::read_all, Call::head, Call::find_append}) {
    store.fail(call, Errc::throttled);
  }
  EXPECT_EQ(error_of([&] { (void)store.append({"a", Version::none(), {}, "k"}); }), Errc::throttled);
  EXPECT_EQ(error_of([&] { (void)store.read_stream("a", Version{0}, 1); }), Errc::throttled);
  EXPECT_EQ(error_of([&] { (void)store.read_all({}, 1); }), Errc::throttled);
  EXPECT_EQ(error_of([&] { (void)store.head(); }), Errc::throttled);
  EXPECT_EQ(error_of([&] { (void)store.find_append("a", "k"); }), Errc::throttled);
}

TEST_F(FaultyStoreTest, HealsWhenAskedTo) {
  store.fail(Call::append, Errc::unavailable, {.first = 1, .count = kAlways});
  EXPECT_EQ(error_of([&] { count(); }), Errc::unavailable);
  EXPECT_EQ(error_of([&] { count(); }), Errc::unavailable);
  store.heal();
  EXPECT_EQ(error_of([&] { count(); }), std::nullopt);
}

TEST_F(FaultyStoreTest, RefusesACallNumberZero) {
  EXPECT_EQ(error_of([&] { store.conflict({.first = 0, .count = 1}); }), Errc::invalid_argument);
}

TEST_F(FaultyStoreTest, IsSlowByTheClock) {
  leftfold::testing::VirtualClock clock;
  FaultyStore slow{real, clock};
  slow.slow(Call::head, 5s);
  leftfold::Position head{-1};
  std::jthread thread{[&] { head = slow.head(); }};
  ASSERT_TRUE(clock.wait_for_waiters(1));
  clock.advance(5s);
  thread.join();
  EXPECT_EQ(head, leftfold::Position::start());
  EXPECT_EQ(slow.head(), head);  // the next one is not slow: it would never return
}

}  // namespace
}  // namespace counters
