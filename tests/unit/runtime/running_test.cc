// SPDX-License-Identifier: Apache-2.0
#include <leftfold/memory.h>
#include <leftfold/repository.h>
#include <leftfold/runner.h>

#include <gtest/gtest.h>

#include <stdexcept>
#include <type_traits>

namespace leftfold {
namespace {

struct Ticked {};
using Ticks = Events<Ticked>;
struct ClockState {
  int ticks = 0;
  void apply(const Ticked&) { ++ticks; }
};
struct Ticker : AggregateRoot<ClockState, Ticks> {
  using AggregateRoot::AggregateRoot;
  void tick() { create_event(Ticked{}); }
};
struct Count : Projector<Ticks> {
  void on(const Ticked&) { ++count; }
  void reset() { count = 0; }
  int count = 0;
};
struct Refuse : Listener<Ticks> {
  void on(const Ticked&) { throw std::runtime_error{"no"}; }
};

class RunningTest : public ::testing::Test {
 protected:
  Position tick() {
    return tickers.execute("t", [](Ticker& t) { t.tick(); }).position;
  }
  bool handled(Position position) { return runner.wait_until_handled(position, {}, kNever); }

  MemoryStore store;
  Repository<Ticker> tickers{store};
  Runner runner{store};
};

TEST_F(RunningTest, HandlesUntilItIsFinished) {
  Count count;
  runner.add(count);
  Running running = runner.start();
  EXPECT_TRUE(handled(tick()));
  EXPECT_EQ(runner.read(count, [](const Count& c) { return c.count; }), 1);
  running.finish();
  running.finish();  // nothing more to do
  EXPECT_FALSE(handled(tick()));
}

TEST_F(RunningTest, CanBeStartedAgainAndWaitedForAtOnce) {
  Count count;
  runner.add(count);
  for (int round = 1; round <= 3; ++round) {
    const Running running = runner.start();
    EXPECT_TRUE(handled(tick())) << round;
    EXPECT_EQ(runner.read(count, [](const Count& c) { return c.count; }), round);
  }
}

TEST_F(RunningTest, FinishThrowsWhatTheRunThrew) {
  Refuse refuse;
  runner.add(refuse);
  const Position position = tick();
  Running running = runner.start();
  EXPECT_FALSE(handled(position));
  EXPECT_THROW(running.finish(), HandlerFailed);
  EXPECT_NO_THROW(running.finish());
}

TEST_F(RunningTest, ASecondRunAtTheSameTimeIsRefusedAndTheFirstGoesOn) {
  Count count;
  Count other;
  runner.add(count);
  Running running = runner.start();
  EXPECT_THROW(static_cast<void>(runner.start()), Error);
  EXPECT_THROW(runner.run({}), Error);
  EXPECT_THROW(runner.add(other), Error);
  EXPECT_TRUE(handled(tick()));
  running.finish();
  running = runner.start();
  EXPECT_TRUE(handled(tick()));
}

TEST_F(RunningTest, ReadGivesAValueAndNoReferenceIntoTheTable) {
  Count count;
  runner.add(count);
  const auto by_reference = [](const Count& c) -> const int& { return c.count; };
  static_assert(std::is_same_v<decltype(runner.read(count, by_reference)), int>);
  EXPECT_EQ(runner.read(count, by_reference), 0);
}

struct Hear : Listener<Ticks> {
  void on(const Ticked&) { ++heard; }
  int heard = 0;
};

TEST_F(RunningTest, WaitsForWhatAnotherProcessHandles) {
  Hear here;
  Hear there;
  runner.add(here);
  Runner other{store};  // as another process would be: the same group on the same feed
  other.add(there);
  const Running running = runner.start();
  ASSERT_TRUE(handled(tick()));  // this one has the subscription
  Running waits = other.start();
  EXPECT_TRUE(other.wait_until_handled(tick(), {}, kNever));
  waits.finish();
  EXPECT_EQ(there.heard, 0);
  EXPECT_EQ(runner.read(here, [](const Hear& h) { return h.heard; }), 2);
}

TEST_F(RunningTest, CanBeMovedAndDropped) {
  Count count;
  runner.add(count);
  Running first = runner.start();
  Running second = std::move(first);
  EXPECT_TRUE(handled(tick()));
  EXPECT_NO_THROW(first.finish());  // NOLINT(bugprone-use-after-move): says nothing, does nothing
}

}  // namespace
}  // namespace leftfold
