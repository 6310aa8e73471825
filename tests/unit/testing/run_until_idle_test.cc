// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/run_until_idle.h>

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include <leftfold/memory.h>
#include <leftfold/repository.h>

namespace chains {

// Each link asks for the next one until none is left.
struct LinkAdded {
  int left = 0;
};
struct ChainState {
  int links = 0;
  void apply(const LinkAdded&) { ++links; }
};
using ChainEvents = leftfold::Events<LinkAdded>;
class Chain : public leftfold::AggregateRoot<ChainState, ChainEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void add(int left) { create_event(LinkAdded{left}); }
};

struct AddNextLink : leftfold::Listener<ChainEvents> {
  explicit AddNextLink(leftfold::EventStore& store) : chains{store} {}
  void on(const LinkAdded& e, const leftfold::EventMetadata& meta) {
    if (fails) throw std::runtime_error{"no more links"};
    if (e.left > 0) chains.execute(meta.aggregate_id, [&](Chain& chain) { chain.add(e.left - 1); });
  }
  leftfold::Repository<Chain> chains;
  bool fails = false;
};

struct Links : leftfold::Projector<ChainEvents> {
  void on(const LinkAdded&) { ++count; }
  void reset() { count = 0; }
  int count = 0;
};

namespace {

using leftfold::testing::run_until_idle;

class RunUntilIdle : public ::testing::Test {
 protected:
  void add_chain(const std::string& id, int left) {
    chains.execute(id, [&](Chain& chain) { chain.add(left); });
  }

  leftfold::MemoryStore store;
  leftfold::Repository<Chain> chains{store};
  AddNextLink listener{store};
  Links projector;
  leftfold::Runner runner{store};
};

TEST_F(RunUntilIdle, ReturnsAtOnceWithoutHandlersOrEvents) {
  run_until_idle(runner, store);
  runner.add(projector);
  run_until_idle(runner, store);
  EXPECT_EQ(projector.count, 0);
}

// [idle]
TEST_F(RunUntilIdle, HandlesWhatHandlersAppendMeanwhile) {
  runner.add(listener).add(projector);
  add_chain("a", 20);
  add_chain("b", 3);
  run_until_idle(runner, store);
  EXPECT_EQ(projector.count, 21 + 4);
  EXPECT_EQ(store.head().value(), 21 + 4);
}
// [/idle]

TEST_F(RunUntilIdle, CanBeCalledAgain) {
  runner.add(listener).add(projector);
  for (int round = 1; round <= 20; ++round) {
    add_chain("a", 2);
    run_until_idle(runner, store);
    EXPECT_EQ(projector.count, 3 * round);
    run_until_idle(runner, store);  // without news; the projector in memory is rebuilt
    EXPECT_EQ(projector.count, 3 * round);
  }
}

TEST_F(RunUntilIdle, ThrowsWhatAHandlerThrewAndGoesOnOnceItIsMended) {
  runner.add(listener).add(projector);
  add_chain("a", 5);
  listener.fails = true;
  for (int i = 0; i < 3; ++i) EXPECT_THROW(run_until_idle(runner, store), leftfold::HandlerFailed);
  listener.fails = false;
  run_until_idle(runner, store);
  EXPECT_EQ(projector.count, 6);
}

TEST_F(RunUntilIdle, EndsOnStop) {
  const auto other = store.subscribe({"example-group.AddNextLink", leftfold::SubscriptionKind::shared, {}});
  ASSERT_EQ(other->take(0, {}, leftfold::kNever).assigned.size(), 1U);  // so the Runner waits for its turn
  runner.add(listener);
  add_chain("a", 5);
  std::stop_source stop;
  std::jthread thread{[&] { run_until_idle(runner, store, stop.get_token()); }};
  stop.request_stop();
  thread.join();
  EXPECT_EQ(store.head().value(), 1);
}

}  // namespace
}  // namespace chains
