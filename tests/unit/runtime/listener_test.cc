// SPDX-License-Identifier: Apache-2.0
// What a Runner promises a Listener on any feed: order, bounds, checkpoints, failures.
#include <gtest/gtest.h>

#include <numeric>

#include <leftfold/repository.h>
#include <leftfold/testing/virtual_clock.h>

#include "scripted_feed.h"
#include "support.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using Stored = ScriptedFeed::Stored;
using testing::VirtualClock;

RunnerOptions with(Clock& clock) {
  RunnerOptions options;
  options.clock = &clock;
  return options;
}

TEST(Listener, receives_each_aggregate_in_order_and_one_at_a_time_with_many_workers) {
  MemoryStore store;
  Recorder listener;
  Runner runner{store};
  runner.add(listener);
  Position last;
  for (int n = 0; n < 500; ++n) {
    for (int a = 0; a < 8; ++a) last = append(store, "a" + std::to_string(a), counted(n));
  }
  Running running{runner};
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(text_of(running.stop()), "");
  for (int a = 0; a < 8; ++a) EXPECT_EQ(listener.of("a" + std::to_string(a)), up_to(500));
  EXPECT_FALSE(listener.overlapped);
}

TEST(Listener, whose_on_is_not_const_gets_one_call_at_a_time) {
  struct Plain : Listener<TestEvents> {
    explicit Plain(Recorder& r) : recorder{r} {}
    void on(const Counted& event, const EventMetadata& meta) { recorder.on(event, meta); }
    Recorder& recorder;
  };
  MemoryStore store;
  Recorder recorder;
  recorder.hold_at = 0;
  Plain listener{recorder};
  Runner runner{store};
  runner.add(listener);
  append(store, "a", counted(0));
  const Position last = append(store, "b", counted(1));
  Running running{runner};
  ASSERT_TRUE(recorder.started.wait_for(1));
  recorder.release();
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(recorder.most_parallel, 1);
}

TEST(Listener, a_slow_aggregate_does_not_hold_up_the_others) {
  ScriptedFeed feed;
  Recorder listener;
  listener.hold_at = 1;
  Runner runner{feed};
  runner.add(listener, {.workers = 2, .max_in_flight = 10});
  feed.assign(0, 1);
  for (int p = 1; p <= 8; ++p) feed.event(p, "slow");  // more than half of what may be in flight
  for (int p = 9; p <= 200; ++p) feed.event(p, "b" + std::to_string(p % 5));
  Running running{runner};
  ASSERT_TRUE(listener.finished.wait_for(192));
  EXPECT_TRUE(listener.of("slow").empty());
  listener.release();
  ASSERT_TRUE(running.handled(Position{200}));
  EXPECT_EQ(listener.of("slow").size(), 8U);
}

TEST(Listener, no_more_events_are_taken_than_may_be_in_flight) {
  ScriptedFeed feed;
  Recorder listener;
  listener.hold_at = 1;
  Runner runner{feed};
  runner.add(listener, {.workers = 3, .max_in_flight = 7});
  feed.assign(0, 1);
  for (int p = 1; p <= 50; ++p) feed.event(p, "a");
  Running running{runner};
  ASSERT_TRUE(listener.started.wait_for(1));
  ASSERT_TRUE(feed.wait_until_it_waits(0));
  EXPECT_EQ(feed.taken(), 7);
  EXPECT_EQ(runner.status().at(0).in_flight, 7U);
  listener.release();
  ASSERT_TRUE(running.handled(Position{50}));
  EXPECT_EQ(runner.status().at(0).in_flight, 0U);
}

TEST(Listener, no_more_than_1000_finished_events_pile_up_above_an_unfinished_one) {
  ScriptedFeed feed;
  Recorder listener;
  listener.hold_at = 1;
  Runner runner{feed};
  runner.add(listener, {.workers = 2});
  feed.assign(0, 1);
  feed.event(1, "slow");
  for (int p = 2; p <= 1500; ++p) feed.event(p, "b" + std::to_string(p % 50));
  Running running{runner};
  ASSERT_TRUE(listener.finished.wait_for(999));
  ASSERT_TRUE(feed.wait_until_it_waits(0));
  EXPECT_EQ(feed.taken(), 1000);
  listener.release();
  ASSERT_TRUE(running.handled(Position{1500}));
}

TEST(Listener, the_checkpoint_stays_below_an_unfinished_event) {
  VirtualClock clock;
  ScriptedFeed feed{clock};
  Recorder listener;
  listener.hold_at = 2;
  Runner runner{feed, with(clock)};
  runner.add(listener);
  feed.assign(0, 1);
  for (int p = 1; p <= 5; ++p) feed.event(p, "a" + std::to_string(p));
  Running running{runner};
  ASSERT_TRUE(listener.finished.wait_for(4));
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 1));
  EXPECT_EQ(runner.status().at(0).done, Position{1});
  listener.release();
  ASSERT_TRUE(running.handled(Position{5}));
  clock.advance(100ms);
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 5));
  EXPECT_EQ(feed.checkpoints(), (std::vector<Stored>{{0, 1}, {0, 5}}));
}

TEST(Listener, checkpoints_are_stored_no_more_often_than_asked_for) {
  VirtualClock clock;
  ScriptedFeed feed{clock};
  Recorder listener;
  Runner runner{feed, with(clock)};
  runner.add(listener, {.checkpoint_every = 5s});
  feed.assign(0, 1);
  feed.event(1, "a");
  Running running{runner};
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 1));
  for (int p = 2; p <= 100; ++p) feed.event(p, "a");
  ASSERT_TRUE(running.handled(Position{100}));
  ASSERT_TRUE(feed.wait_until_idle());
  EXPECT_EQ(feed.checkpoints().size(), 1U);
  clock.advance(5s);
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 100));
  EXPECT_EQ(feed.checkpoints().size(), 2U);
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_EQ(feed.checkpoints().size(), 2U) << "nothing was finished since";
}

TEST(Listener, events_of_no_interest_pass_and_move_the_checkpoint) {
  ScriptedFeed feed;
  Recorder listener;
  Runner runner{feed};
  runner.add(listener);
  feed.assign(0, 1);
  feed.event(0, 1, "a", 0, "Ignored");
  feed.event(0, 2, "a", 2);
  feed.event(0, 3, "b", 0, "FromAnotherProgram", "not even JSON");
  Running running{runner};
  ASSERT_TRUE(running.handled(Position{3}));
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 3));
  const SubscriptionStatus status = runner.status().at(0);
  EXPECT_EQ(status.handled, 1U);
  EXPECT_EQ(status.passed, 2U);
  EXPECT_EQ(status.head, Position{3});
}

TEST(Listener, continues_after_its_checkpoint_in_the_next_run) {
  MemoryStore store;
  const Position last = append(store, "a", counted(0));
  {
    Recorder listener;
    Runner runner{store};
    runner.add(listener);
    Running running{runner};
    ASSERT_TRUE(running.handled(last));
    EXPECT_EQ(text_of(running.stop()), "");
  }
  const Position next = append(store, "a", counted(1));
  Recorder listener;
  Runner runner{store};
  runner.add(listener);
  Running running{runner};
  ASSERT_TRUE(running.handled(next));
  EXPECT_EQ(listener.of("a"), std::vector<int>{1});
}

TEST(Listener, a_stop_lets_the_handler_in_progress_finish_and_starts_nothing) {
  ScriptedFeed feed;
  Recorder listener;
  listener.hold_at = 1;
  Runner runner{feed};
  runner.add(listener);
  feed.assign(0, 1);
  for (int p = 1; p <= 5; ++p) feed.event(p, "a");
  Running running{runner};
  ASSERT_TRUE(listener.started.wait_for(1));
  ASSERT_TRUE(feed.wait_until_idle());
  running.request_stop();
  ASSERT_TRUE(feed.wait_until_it_waits(0));  // drains
  listener.release();
  EXPECT_EQ(text_of(running.wait()), "");
  EXPECT_EQ(listener.of("a"), std::vector<int>{1});
  EXPECT_EQ(feed.checkpoints(), (std::vector<Stored>{{0, 1}}));
  EXPECT_EQ(runner.status().at(0).state, "stopped");
}

TEST(Listener, a_stop_leaves_no_finished_event_above_the_checkpoint) {
  ScriptedFeed feed;
  Recorder listener;
  listener.hold_at = 1;
  Runner runner{feed};
  runner.add(listener);
  feed.assign(0, 1);
  for (int p = 1; p <= 3; ++p) feed.event(p, "a");
  feed.event(4, "b");
  feed.event(5, "a");
  Running running{runner};
  ASSERT_TRUE(listener.finished.wait_for(1));  // 4
  ASSERT_TRUE(feed.wait_until_idle());
  running.request_stop();
  ASSERT_TRUE(feed.wait_until_it_waits(0));
  listener.release();
  EXPECT_EQ(text_of(running.wait()), "");
  EXPECT_EQ(listener.of("a"), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(feed.last_checkpoint(), (Stored{0, 4}));
}

TEST(Listener, a_handler_that_does_not_finish_in_the_drain_time_is_left_and_its_event_comes_again) {
  VirtualClock clock;
  ScriptedFeed feed{clock};
  Recorder listener;
  listener.hold_at = 2;
  Runner runner{feed, with(clock)};
  runner.add(listener);
  feed.assign(0, 1);
  feed.event(1, "a");
  feed.event(2, "b");
  feed.event(3, "c");
  {
    Running running{runner};
    ASSERT_TRUE(running.handled(Position{1}));  // or the drain time may end before its handler has returned, too
    ASSERT_TRUE(listener.finished.wait_for(2));
    ASSERT_TRUE(listener.started.wait_for(3));
    ASSERT_TRUE(feed.wait_until_idle());
    running.request_stop();
    ASSERT_TRUE(feed.wait_until_it_waits(0));
    ASSERT_TRUE(wait_for_threads(clock, 2));  // the poll thread and run()
    clock.advance(30s);
    EXPECT_EQ(text_of(running.wait()), "");
    EXPECT_EQ(feed.checkpoints(), (std::vector<Stored>{{0, 1}}));
  }
  // The next run waits for it, so that two handlers of one aggregate never run at once.
  feed.assign(0, 2, 1);
  feed.event(2, "b");
  Running running{runner};
  listener.release();
  ASSERT_TRUE(listener.finished.wait_for(4));
  EXPECT_EQ(listener.of("b"), (std::vector<int>{2, 2}));
  EXPECT_FALSE(listener.overlapped);
}

TEST(Listener, a_handler_that_throws_stops_the_run_before_its_event) {
  ScriptedFeed feed;
  Recorder listener;
  listener.fail_at = 3;
  Runner runner{feed};
  runner.add(listener, {.name = "Mails", .workers = 1});
  feed.assign(0, 1);
  for (int p = 1; p <= 5; ++p) feed.event(p, "cart-7");
  Running running{runner};
  try {
    std::rethrow_exception(running.wait());
    FAIL() << "nothing was thrown";
  } catch (const HandlerFailed& failed) {
    EXPECT_EQ(failed.subscription(), "example-group.Mails");
    EXPECT_EQ(failed.position(), Position{3});
    EXPECT_EQ(failed.code(), Errc::handler_failed);
    const std::string text = failed.what();
    for (const char* part : {"example-group.Mails", "Counted", "cart-7", "version 3", "position 3", "no such luck",
                             "00000000-0000-0000-0000-000000000000"}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in: " << text;
    }
  }
  EXPECT_EQ(listener.of("cart-7"), (std::vector<int>{1, 2}));
  EXPECT_EQ(feed.last_checkpoint(), (Stored{0, 2}));
  EXPECT_EQ(runner.status().at(0).state, "failed");
}

TEST(Listener, others_are_drained_when_one_fails) {
  MemoryStore store;
  Recorder good;
  good.hold_at = 0;
  Recorder bad;
  bad.hold_at = 0;  // or it may end the run before the other one has begun
  bad.fail_at = 0;
  Runner runner{store};
  runner.add(good, {.name = "Good"}).add(bad, {.name = "Bad"});
  Running running{runner};
  append(store, "a", counted(0));
  ASSERT_TRUE(good.started.wait_for(1));
  ASSERT_TRUE(bad.started.wait_for(1));
  bad.release();
  good.release();
  EXPECT_NE(text_of(running.wait()).find("example-group.Bad"), std::string::npos);
  EXPECT_EQ(good.of("a"), std::vector<int>{0});
  EXPECT_EQ(runner.status().at(0).state, "stopped");
  EXPECT_EQ(runner.status().at(1).state, "failed");

  // Nothing was lost: the next program handles the event that failed, and not again the one that did not.
  Recorder again_good;
  Recorder again_bad;
  Runner next{store};
  next.add(again_good, {.name = "Good"}).add(again_bad, {.name = "Bad"});
  Running second{next};
  ASSERT_TRUE(second.handled(Position{1}));
  EXPECT_EQ(again_good.count(), 0);
  EXPECT_EQ(again_bad.of("a"), std::vector<int>{0});
}

TEST(Listener, an_event_that_does_not_decode_stops_the_run_before_it) {
  ScriptedFeed feed;
  Recorder listener;
  Runner runner{feed};
  runner.add(listener);
  feed.assign(0, 1);
  feed.event(1, "a");
  feed.event(0, 2, "a", 0, "Counted", R"({"n":"two"})");
  Running running{runner};
  const std::string text = text_of(running.wait());
  EXPECT_NE(text.find("position 2"), std::string::npos) << text;
  EXPECT_NE(text.find("n"), std::string::npos) << text;
  EXPECT_EQ(feed.last_checkpoint(), (Stored{0, 1}));
}

TEST(Listener, something_thrown_that_is_no_exception_is_reported_too) {
  struct Thrower : Listener<TestEvents> {
    void on(const Counted&) { throw 42; }
  };
  MemoryStore store;
  append(store, "a", counted(0));
  Thrower listener;
  Runner runner{store};
  runner.add(listener);
  Running running{runner};
  EXPECT_NE(text_of(running.wait()).find("not a std::exception"), std::string::npos);
}

TEST(Listener, a_feed_that_does_not_answer_is_asked_again) {
  VirtualClock clock;
  ScriptedFeed feed{clock};
  Recorder listener;
  Runner runner{feed, with(clock)};
  runner.add(listener);
  feed.assign(0, 1);
  feed.fail_take(Errc::unavailable);
  feed.fail_take(Errc::throttled);
  feed.event(1, "a");
  Running running{runner};
  ASSERT_TRUE(wait_for_threads(clock, 2));  // run() and the pause
  clock.advance(20ms);
  ASSERT_TRUE(wait_for_threads(clock, 2));
  clock.advance(40ms);
  ASSERT_TRUE(running.handled(Position{1}));
  EXPECT_EQ(text_of(running.stop()), "");
}

TEST(Listener, a_stop_ends_the_pause_before_the_feed_is_asked_again) {
  VirtualClock clock;
  ScriptedFeed feed{clock};
  Recorder listener;
  Runner runner{feed, with(clock)};
  runner.add(listener);
  feed.fail_take(Errc::unavailable);
  Running running{runner};
  ASSERT_TRUE(wait_for_threads(clock, 2));
  EXPECT_EQ(text_of(running.stop()), "");
}

TEST(Listener, a_feed_that_failed_for_good_ends_the_run) {
  ScriptedFeed feed;
  Recorder listener;
  Runner runner{feed};
  runner.add(listener);
  feed.assign(0, 1);
  feed.event(1, "a");
  feed.fail_take(Errc::corrupt);
  Running running{runner};
  EXPECT_EQ(text_of(running.wait()), "the scripted feed fails");
  EXPECT_EQ(runner.status().at(0).state, "failed");
}

TEST(Listener, a_checkpoint_beyond_the_last_event_ends_the_run_instead_of_skipping_what_comes) {
  ScriptedFeed feed;
  Recorder listener;
  Runner runner{feed};
  runner.add(listener);
  feed.end_at(7);
  feed.assign(0, 1, 9);
  feed.event(8, "a");
  Running running{runner};
  const std::string text = text_of(running.wait());
  EXPECT_NE(text.find("up to position 9"), text.npos) << text;
  EXPECT_NE(text.find("the last event is at 7"), text.npos) << text;
  EXPECT_TRUE(listener.of("a").empty());
  EXPECT_TRUE(feed.checkpoints().empty());
}

TEST(Listener, a_checkpoint_that_cannot_be_stored_now_is_stored_later) {
  VirtualClock clock;
  ScriptedFeed feed{clock};
  feed.fail_checkpoints(Errc::unavailable);
  Recorder listener;
  Runner runner{feed, with(clock)};
  runner.add(listener);
  feed.assign(0, 1);
  feed.event(1, "a");
  Running running{runner};
  ASSERT_TRUE(feed.wait_for_refused(1));
  feed.event(2, "a");
  ASSERT_TRUE(running.handled(Position{2}));  // handling goes on
  feed.fail_checkpoints(std::nullopt);
  clock.advance(100ms);
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 2));
}

// A listener that runs commands appends to the store whose events it handles.
struct Counter {
  int sum = 0;
  void apply(const Counted& event) { sum += event.n; }
  void apply(const Ignored&) {}
};
struct CounterRoot : AggregateRoot<Counter, TestEvents> {
  using AggregateRoot::AggregateRoot;
  void count(int n) { create_event(Counted{n}); }
};

TEST(Listener, may_execute_commands_on_the_store_it_listens_to) {
  struct Chain : Listener<TestEvents> {
    explicit Chain(Repository<CounterRoot>& r) : roots{r} {}
    void on(const Counted& event, const EventMetadata& meta) const {
      if (event.n == 0) return;
      roots.execute(meta.aggregate_id, [&](CounterRoot& root) { root.count(event.n - 1); });
    }
    Repository<CounterRoot>& roots;
  };
  MemoryStore store;
  Repository<CounterRoot> roots{store};
  Chain listener{roots};
  Runner runner{store};
  runner.add(listener);
  Running running{runner};
  for (const char* id : {"a", "b", "c"}) roots.execute(id, [](CounterRoot& root) { root.count(50); });
  ASSERT_TRUE(running.handled(Position{3 * 51}));
  EXPECT_EQ(roots.load("b").state().sum, 50 * 51 / 2);
}

}  // namespace
}  // namespace leftfold::runtime_test
