// SPDX-License-Identifier: Apache-2.0
// Partitions that come and go while a Listener handles their events.
#include <gtest/gtest.h>

#include <leftfold/testing/virtual_clock.h>

#include "scripted_feed.h"
#include "support.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using Stored = ScriptedFeed::Stored;
using testing::VirtualClock;

class Rebalance : public ::testing::Test {
 protected:
  Rebalance() {
    RunnerOptions options;
    options.clock = &clock;
    runner.emplace(feed, options);
    listener.hold_at = 2;
    runner->add(listener);
  }
  // Events 1 (finished), 2 (held in the handler) and 3 (queued behind it) of partition 0, epoch 1.
  void begin() {
    feed.assign(0, 1);
    feed.event(1, "a");
    feed.event(2, "a");
    feed.event(3, "a");
    running.emplace(*runner);
    ASSERT_TRUE(listener.started.wait_for(2));
    ASSERT_TRUE(feed.wait_until_idle());
  }

  VirtualClock clock;
  ScriptedFeed feed{clock};
  Recorder listener;
  std::optional<Runner> runner;
  std::optional<Running> running;
};

TEST_F(Rebalance, a_revoked_partition_is_released_after_the_running_event_and_its_checkpoint) {
  begin();
  feed.revoke(0, 1);
  ASSERT_TRUE(feed.wait_until_idle());
  EXPECT_TRUE(feed.releases().empty()) << "a handler is still running";
  listener.release();
  ASSERT_TRUE(feed.wait_for_release(0, 1));
  EXPECT_EQ(feed.last_checkpoint(), (Stored{0, 2}));
  EXPECT_EQ(listener.of("a"), (std::vector<int>{1, 2})) << "what was queued is dropped";
  EXPECT_EQ(runner->status().at(0).state, "waiting");
  EXPECT_EQ(runner->status().at(0).in_flight, 0U);
}

TEST_F(Rebalance, events_below_one_that_was_started_are_still_handled_so_that_nothing_finished_comes_again) {
  feed.assign(0, 1);
  feed.event(1, "a");
  feed.event(2, "a");  // held
  feed.event(3, "a");  // waits behind it, and 4 does not
  feed.event(4, "b");
  feed.event(5, "a");
  running.emplace(*runner);
  ASSERT_TRUE(listener.finished.wait_for(2));
  ASSERT_TRUE(feed.wait_until_idle());
  feed.revoke(0, 1);
  ASSERT_TRUE(feed.wait_until_idle());
  listener.release();
  ASSERT_TRUE(feed.wait_for_release(0, 1));
  EXPECT_EQ(feed.last_checkpoint(), (Stored{0, 4}));
  EXPECT_EQ(listener.of("a"), (std::vector<int>{1, 2, 3}));
}

TEST_F(Rebalance, a_revoked_partition_without_running_events_is_released_at_once) {
  feed.assign(0, 1);
  feed.event(1, "a");
  running.emplace(*runner);
  ASSERT_TRUE(running->handled(Position{1}));
  feed.revoke(0, 1);
  ASSERT_TRUE(feed.wait_for_release(0, 1));
  EXPECT_EQ(feed.last_checkpoint(), (Stored{0, 1}));
}

TEST_F(Rebalance, a_revoked_partition_is_released_when_its_handler_takes_longer_than_the_drain_time) {
  begin();
  feed.revoke(0, 1);
  ASSERT_TRUE(feed.wait_until_idle());
  clock.advance(30s);
  ASSERT_TRUE(feed.wait_for_release(0, 1));
  EXPECT_EQ(feed.checkpoints(), (std::vector<Stored>{{0, 1}}));
  listener.release();
  ASSERT_TRUE(listener.finished.wait_for(2));
  EXPECT_EQ(text_of(running->stop()), "");
  EXPECT_EQ(feed.checkpoints().size(), 1U) << "the late result is fenced";
}

TEST_F(Rebalance, others_go_on_while_a_revoked_partition_drains) {
  begin();
  feed.revoke(0, 1);
  feed.assign(1, 1);
  feed.event(1, 10, "b", 10);
  ASSERT_TRUE(listener.finished.wait_for(2));
  EXPECT_EQ(listener.of("b"), std::vector<int>{10});
  EXPECT_TRUE(feed.releases().empty());
  listener.release();
  ASSERT_TRUE(feed.wait_for_release(0, 1));
}

TEST_F(Rebalance, a_full_partition_is_held_and_keeps_no_other_out) {
  constexpr std::int64_t kFull = 1000;
  feed.assign(0, 1);
  feed.assign(1, 1);
  feed.event(2, "a");  // held in the handler
  for (std::int64_t i = 1; i <= kFull; ++i) feed.event(2 + i, "b" + std::to_string(i));
  running.emplace(*runner);
  ASSERT_TRUE(feed.wait_for_hold(0, true));
  ASSERT_TRUE(feed.wait_until_idle());
  feed.event(1, 10, "c", 10);
  ASSERT_TRUE(feed.wait_until_idle());
  ASSERT_TRUE(listener.finished.wait_for(kFull + 1));
  EXPECT_EQ(listener.of("c"), std::vector<int>{10});
  EXPECT_EQ(feed.holds(), (std::vector<Stored>{{0, 1}}));
  listener.release();
  ASSERT_TRUE(feed.wait_for_hold(0, false)) << "it is empty again";
  EXPECT_EQ(feed.holds().size(), 2U);
}

TEST_F(Rebalance, a_lost_partition_is_neither_checkpointed_nor_released) {
  begin();
  const std::size_t before = feed.checkpoints().size();
  feed.lose(0, 1);
  ASSERT_TRUE(feed.wait_until_idle());
  listener.release();
  ASSERT_TRUE(listener.finished.wait_for(2));
  EXPECT_EQ(text_of(running->stop()), "");
  EXPECT_EQ(feed.checkpoints().size(), before);
  EXPECT_TRUE(feed.releases().empty());
  EXPECT_EQ(listener.of("a"), (std::vector<int>{1, 2})) << "what was queued is dropped";
}

TEST_F(Rebalance, an_event_delivered_again_waits_behind_its_old_run) {
  begin();
  feed.lose(0, 1);
  feed.assign(0, 2, 1);
  feed.event(2, "a");
  feed.event(3, "a");
  feed.event(4, "b");
  ASSERT_TRUE(listener.finished.wait_for(2));  // 1 and 4
  EXPECT_EQ(listener.started.count(), 3) << "2 is not started a second time while it runs";
  listener.release();
  ASSERT_TRUE(running->handled(Position{4}));
  EXPECT_EQ(listener.of("a"), (std::vector<int>{1, 2, 2, 3}));
  EXPECT_FALSE(listener.overlapped);
  clock.advance(100ms);
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 4));
}

TEST_F(Rebalance, a_refused_checkpoint_means_that_the_partition_is_lost) {
  feed.fence(1);
  begin();
  ASSERT_TRUE(feed.wait_for_refused(1));
  feed.assign(0, 2, 0);
  feed.event(1, "a");
  ASSERT_TRUE(feed.wait_until_idle());
  listener.release();
  ASSERT_TRUE(running->handled(Position{1}));
  clock.advance(100ms);
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 1));
  EXPECT_EQ(text_of(running->stop()), "");
  EXPECT_EQ(listener.of("a"), (std::vector<int>{1, 2, 1})) << "3 was dropped with the assignment";
}

TEST_F(Rebalance, a_failure_after_the_partition_was_lost_is_not_ours) {
  listener.fail_at = 2;
  begin();
  feed.lose(0, 1);
  feed.assign(0, 2, 2);
  feed.event(5, "a");
  ASSERT_TRUE(feed.wait_until_idle());
  listener.release();
  ASSERT_TRUE(running->handled(Position{5}));
  EXPECT_EQ(text_of(running->stop()), "");
}

TEST_F(Rebalance, a_revocation_of_an_older_epoch_changes_nothing) {
  feed.assign(0, 2);
  feed.lose(0, 1);
  feed.event(1, "a");
  running.emplace(*runner);
  ASSERT_TRUE(running->handled(Position{1}));
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 1));
}

TEST_F(Rebalance, a_partition_that_comes_and_goes_at_once_is_released) {
  feed.assign(0, 1);
  feed.revoke(0, 1);
  running.emplace(*runner);
  ASSERT_TRUE(feed.wait_for_release(0, 1));
}

TEST_F(Rebalance, partitions_have_checkpoints_of_their_own) {
  feed.assign(0, 1);
  feed.assign(3, 1, 70);
  feed.event(3, 71, "b", 71);
  feed.event(0, 2, "a", 2);  // held
  feed.event(3, 72, "c", 72);
  feed.event(0, 1, "late", 1);  // below what was taken of its partition: came twice
  running.emplace(*runner);
  // One checkpoint in 100 ms, and the first may be 71's.
  ASSERT_TRUE(pass_time_until(clock, 2, [&] { return feed.has_checkpoint(3, 72); }, 100ms));
  for (const Stored& checkpoint : feed.checkpoints()) EXPECT_EQ(checkpoint.first, 3);
  listener.release();
  ASSERT_TRUE(running->handled(Position{2}));
  EXPECT_EQ(text_of(running->stop()), "");
  EXPECT_EQ(feed.last_checkpoint(), (Stored{0, 2}));
  EXPECT_TRUE(listener.of("late").empty());
}

TEST_F(Rebalance, one_aggregate_in_two_partitions_is_still_handled_one_at_a_time) {
  feed.assign(0, 1);
  feed.assign(1, 1);
  feed.event(0, 2, "a", 2);
  feed.event(1, 9, "a", 9);
  feed.event(1, 10, "b", 10);
  running.emplace(*runner);
  ASSERT_TRUE(listener.finished.wait_for(1));
  EXPECT_EQ(listener.of("b"), std::vector<int>{10});
  listener.release();
  ASSERT_TRUE(listener.finished.wait_for(3));
  EXPECT_EQ(listener.of("a"), (std::vector<int>{2, 9}));
  EXPECT_FALSE(listener.overlapped);
}

TEST(TwoRunners, on_one_feed_never_both_handle_one_event) {
  MemoryStore store;
  Recorder first;
  Recorder second;
  Runner one{store};
  one.add(first);
  Runner other{store};
  other.add(second);
  Running a{one};
  Running b{other};
  Position last;
  for (int n = 0; n < 300; ++n) {
    last = append(store, "a" + std::to_string(n % 3), counted(n));
    if (n == 150) {
      // Whoever has the work gives it to the other in the middle.
      EXPECT_EQ(text_of(first.count() > 0 ? a.stop() : b.stop()), "");
    }
  }
  Recorder& survivor = first.count() > 0 && one.status().at(0).state == "stopped" ? second : first;
  Running& rest = &survivor == &second ? b : a;
  ASSERT_TRUE(rest.handled(last));
  EXPECT_EQ(first.count() + second.count(), 300);
  for (int k = 0; k < 3; ++k) {
    const std::string id = "a" + std::to_string(k);
    EXPECT_EQ(first.of(id).size() + second.of(id).size(), 100U);
  }
}

}  // namespace
}  // namespace leftfold::runtime_test
