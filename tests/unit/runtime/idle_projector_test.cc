// SPDX-License-Identifier: Apache-2.0
// A Projector that gets no events: what somebody else does to its tables is noticed all the same.
#include <gtest/gtest.h>

#include <functional>

#include "replay_support.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

class IdleProjector : public ::testing::Test {
 protected:
  IdleProjector() {
    fill(store, 30);
    RunnerOptions options;
    options.clock = &clock;
    runner.emplace(store, options);
    runner->add(table);
  }
  template <class Done>
  [[nodiscard]] bool pass_time_until(const Done& done) {
    return runtime_test::pass_time_until(clock, 2, done, 1s, 5min);  // run and poll
  }

  testing::VirtualClock clock;
  MemoryStore store{clock};
  FakeReadModel model;
  Table table{model};
  std::optional<Runner> runner;
};

// As TableSwap does with tables that were built from what the broker had a while ago.
TEST_F(IdleProjector, brings_tables_that_were_swapped_in_to_the_end_though_no_event_comes) {
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{30}));
  ASSERT_TRUE(wait_for_threads(clock, 2));
  model.set("Table", Position{20}, numbers(1, 20));
  EXPECT_TRUE(pass_time_until([&] { return model.rows() == numbers(1, 30); }));
  EXPECT_EQ(model.checkpoint("Table"), Position{30});
}

TEST_F(IdleProjector, begins_anew_when_its_checkpoint_was_removed_though_no_event_comes) {
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{30}));
  ASSERT_TRUE(wait_for_threads(clock, 2));
  model.set("Table", std::nullopt, {-1});
  EXPECT_TRUE(pass_time_until([&] { return model.rows() == numbers(1, 30); }));
}

TEST_F(IdleProjector, looks_seldom_and_waits_for_nobody_who_does_not_answer) {
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{30}));
  ASSERT_TRUE(wait_for_threads(clock, 2));
  const int before = model.transactions;
  model.begin_failures = 3;
  const Instant end = clock.instant() + 10min;
  ASSERT_TRUE(runtime_test::pass_time_until(clock, 2, [&] { return clock.instant() >= end; }, 1s));
  EXPECT_EQ(runner->status().front().state, "running");
  EXPECT_EQ(model.begin_failures, 0);
  EXPECT_LE(model.transactions - before, 60);
  EXPECT_EQ(text_of(running.stop()), "");
}

}  // namespace
}  // namespace leftfold::runtime_test
