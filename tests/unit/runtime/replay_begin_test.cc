// SPDX-License-Identifier: Apache-2.0
// A replay begins anew beside a Runner that has come further meanwhile, and then has nothing to do.
#include <gtest/gtest.h>

#include <thread>

#include <leftfold/replay.h>

#include "replay_support.h"

namespace leftfold::runtime_test {
namespace {

TEST(ReplayBeginsAnew, what_a_runner_handled_just_before_the_tables_were_emptied_is_replayed) {
  for (const bool from_feed : {false, true}) {
    MemoryStore store;
    fill(store, 30);
    FakeReadModel model;
    Table live{model};
    Runner runner{store};
    runner.add(live);
    bool first = true;
    Running* run = nullptr;
    model.before_begin = [&, replays = std::this_thread::get_id()] {
      if (std::this_thread::get_id() != replays || !std::exchange(first, false)) return;
      ASSERT_TRUE(run->handled(append(store, "a1", counted(31))));
    };
    Running running{runner};
    run = &running;
    ASSERT_TRUE(running.handled(Position{30}));
    Table again{model};
    const ReplaySource source = from_feed ? ReplaySource::feed(store) : ReplaySource{store};
    EXPECT_TRUE(Replay(source).add(again).run().complete);
    EXPECT_FALSE(first);
    EXPECT_EQ(model.rows(), numbers(1, 31)) << "and no event comes that would make the Runner look";
    EXPECT_EQ(model.checkpoint("Table"), Position{31});
    EXPECT_EQ(text_of(running.stop()), "");
  }
}

}  // namespace
}  // namespace leftfold::runtime_test
