// SPDX-License-Identifier: Apache-2.0
// What a Runner promises a Projector, in memory and with a read model.
#include <gtest/gtest.h>

#include <atomic>

#include <leftfold/testing/virtual_clock.h>

#include "fake_read_model.h"
#include "scripted_feed.h"
#include "support.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using Stored = ScriptedFeed::Stored;
using testing::VirtualClock;

constexpr const char* kName = "Table";

struct Table : Projector<TestEvents> {
  explicit Table(FakeReadModel& m) : model{m} {}
  FakeReadModel& read_model() { return model; }
  void reset() {
    ++resets;
    model.clear();
  }
  void on(const Counted& event) {
    if (event.n == fail_at) throw std::runtime_error{"no such luck"};
    ++calls;
    model.add(event.n);
  }
  FakeReadModel& model;
  int fail_at = -1;
  int resets = 0;
  int calls = 0;
};

HandlerOptions without_retries() {
  HandlerOptions options;
  options.failures.retry = RetryPolicy::none();
  return options;
}

TEST(ProjectorInMemory, is_rebuilt_in_every_run) {
  MemoryStore store;
  for (int n = 0; n < 1000; ++n) append(store, "a", counted(n));
  Numbers projector;
  Runner runner{store};
  runner.add(projector);
  {
    Running running{runner};
    ASSERT_TRUE(running.handled(Position{1000}));
    EXPECT_EQ(text_of(running.stop()), "");
  }
  EXPECT_EQ(projector.numbers, up_to(1000));
  projector.numbers.push_back(-1);
  Running running{runner};
  ASSERT_TRUE(projector.was_reset.wait_for(2));
  ASSERT_TRUE(running.handled(append(store, "a", counted(1000))));
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_EQ(projector.numbers, up_to(1001));
  EXPECT_EQ(projector.resets, 2);
}

TEST(ProjectorInMemory, is_read_between_batches_while_events_pour_in) {
  struct Pair : Projector<TestEvents> {  // a and b are equal, save for the moment between the two
    void on(const Counted&) {
      ++a;
      ++b;
    }
    void reset() { a = b = 0; }
    int a = 0;
    int b = 0;
  };
  MemoryStore store;
  Pair projector;
  Runner runner{store};
  runner.add(projector);
  Running running{runner};
  std::jthread writer{[&](const std::stop_token& stop) {
    for (int n = 0; !stop.stop_requested(); ++n) append(store, "a" + std::to_string(n), counted(n));
  }};
  for (int i = 0; i < 1000; ++i) {
    const auto [a, b] = runner.read(projector, [](const Pair& pair) { return std::pair{pair.a, pair.b}; });
    ASSERT_EQ(a, b);
  }
  writer.request_stop();
  writer.join();
  // Readers that never pause do not keep it from handling.
  std::atomic<bool> enough = false;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!enough) runner.read(projector, [](const Pair& pair) { return pair.a; });
    });
  }
  EXPECT_TRUE(running.handled(append(store, "last", counted(0))));
  enough = true;
}

TEST(ProjectorInMemory, stops_the_run_at_an_event_that_fails) {
  MemoryStore store;
  for (int n = 0; n < 10; ++n) append(store, "a", counted(n));
  Numbers projector;
  projector.fail_at = 5;
  Runner runner{store};
  runner.add(projector, without_retries());
  Running running{runner};
  EXPECT_NE(text_of(running.wait()).find("position 6"), std::string::npos);
  EXPECT_EQ(projector.numbers, up_to(5));
  EXPECT_EQ(runner.status().at(0).done, Position{5});
  EXPECT_EQ(runner.status().at(0).state, "failed");
}

TEST(ProjectorInMemory, a_reset_that_throws_ends_the_run) {
  struct Bad : Projector<TestEvents> {
    void on(const Counted&) {}
    void reset() { throw std::runtime_error{"no table"}; }
  };
  MemoryStore store;
  Bad projector;
  Runner runner{store};
  runner.add(projector);
  Running running{runner};
  EXPECT_NE(text_of(running.wait()).find("reset() failed before the first event: no table"), std::string::npos);
}

TEST(ProjectorInMemory, passes_what_it_does_not_receive) {
  MemoryStore store;
  append(store, "a", ignored(1));
  append(store, "a", counted(2));
  const Position last = append(store, "a", unknown());
  Numbers projector;
  Runner runner{store};
  runner.add(projector);
  Running running{runner};
  ASSERT_TRUE(running.handled(last));
  const SubscriptionStatus status = runner.status().at(0);
  EXPECT_EQ(status.handled, 1U);
  EXPECT_EQ(status.passed, 2U);
  EXPECT_EQ(status.kind, "projector");
}

TEST(ProjectorInMemory, that_does_not_finish_in_the_drain_time_is_left_and_waited_for_at_the_end) {
  struct Slow : Projector<TestEvents> {
    void on(const Counted&) {
      started.raise();
      EXPECT_TRUE(go_on.wait_for(1));  // ends by itself, should the test fail
      ++calls;
    }
    void reset() {}
    Signal started;
    Signal go_on;
    std::atomic<int> calls = 0;
  };
  struct Stops final : Logger {
    bool enabled(LogLevel) const noexcept override { return true; }
    void log(LogLevel, std::string_view, std::string_view message, std::span<const LogField>) noexcept override {
      if (message.starts_with("stops")) seen.raise();
    }
    Signal seen;
  };
  VirtualClock clock;
  ScriptedFeed feed{clock};
  Slow projector;
  Stops stops;
  {
    RunnerOptions options;
    options.clock = &clock;
    options.log = &stops;
    Runner runner{feed, options};
    runner.add(projector);
    feed.assign(0, 1);
    feed.event(1, "a");
    Running running{runner};
    ASSERT_TRUE(projector.started.wait_for(1));
    running.request_stop();
    ASSERT_TRUE(stops.seen.wait_for(1));
    clock.advance(30s);
    EXPECT_EQ(text_of(running.wait()), "");
    EXPECT_EQ(projector.calls, 0);
    projector.go_on.raise();
  }
  EXPECT_EQ(projector.calls, 1);
}

class Gated : public ::testing::Test {
 protected:
  Gated() {
    RunnerOptions options;
    options.clock = &clock;
    runner.emplace(feed, options);
    runner->add(table, without_retries());
  }
  VirtualClock clock;
  ScriptedFeed feed{clock};
  FakeReadModel model;
  Table table{model};
  std::optional<Runner> runner;
};

TEST_F(Gated, makes_its_table_empty_before_the_first_event_and_never_again) {
  feed.assign(0, 1);
  feed.event(1, "a");
  feed.event(2, "a");
  {
    Running running{*runner};
    ASSERT_TRUE(running.handled(Position{2}));
    EXPECT_EQ(text_of(running.stop()), "");
  }
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 2}));
  EXPECT_EQ(model.checkpoint(kName), Position{2});
  feed.assign(0, 2);
  feed.event(3, "a");
  Running running{*runner};
  ASSERT_TRUE(feed.wait_until_idle());
  ASSERT_TRUE(running.handled(Position{3}));
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(table.resets, 1);
  EXPECT_EQ(feed.seeks(), (std::vector<Stored>{{0, 2}}));
}

TEST_F(Gated, has_its_tables_before_any_event) {
  feed.assign(0, 1, 40);
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{40}));
  EXPECT_EQ(table.resets, 1);
  EXPECT_EQ(model.checkpoint(kName), Position{40});
}

TEST_F(Gated, events_that_come_again_are_handled_once) {
  model.set(kName, Position{2}, {1, 2});
  feed.assign(0, 1, 0);
  for (int p = 1; p <= 4; ++p) feed.event(p, "a");  // as if the feed had not heard seek()
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{4}));
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 2, 3, 4}));
}

TEST_F(Gated, what_another_process_handled_meanwhile_is_not_handled_again) {
  feed.assign(0, 1);
  feed.event(1, "a");
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{1}));
  ASSERT_TRUE(feed.wait_until_idle());
  model.set(kName, Position{3}, {1, 2, 3});
  for (int p = 2; p <= 4; ++p) feed.event(p, "a");
  ASSERT_TRUE(running.handled(Position{4}));
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(runner->status().at(0).handled, 2U);
}

TEST_F(Gated, a_read_model_that_went_back_is_brought_forward_again) {
  feed.assign(0, 1);
  feed.event(1, "a");
  feed.event(2, "a");
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{2}));
  ASSERT_TRUE(feed.wait_until_idle());
  model.set(kName, Position{1}, {1});  // restored from a backup
  feed.event(3, "a");
  ASSERT_TRUE(feed.wait_for_release(0, 1));
  feed.assign(0, 2);
  feed.event(2, "a");
  feed.event(3, "a");
  ASSERT_TRUE(running.handled(Position{3}));
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(feed.seeks(), (std::vector<Stored>{{0, 1}}));
}

TEST_F(Gated, a_read_model_ahead_of_the_events_ends_the_run_instead_of_skipping_what_comes) {
  model.set(kName, Position{9}, {1, 2, 3});  // the events were restored from a backup, the tables were not
  feed.end_at(7);
  feed.assign(0, 1);
  feed.event(8, "a");
  Running running{*runner};
  const std::string text = text_of(running.wait());
  EXPECT_NE(text.find("the last event is at 7"), text.npos) << text;
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(model.checkpoint(kName), Position{9});
}

TEST_F(Gated, the_events_before_one_that_fails_are_committed) {
  table.fail_at = 40;
  feed.assign(0, 1);
  for (int p = 1; p <= 60; ++p) feed.event(p, "a");
  Running running{*runner};
  const std::string text = text_of(running.wait());
  EXPECT_NE(text.find("position 40"), std::string::npos) << text;
  EXPECT_EQ(model.checkpoint(kName), Position{39});
  EXPECT_EQ(model.rows().size(), 39U);
  EXPECT_EQ(model.rows().back(), 39);
  EXPECT_EQ(runner->status().at(0).done, Position{39});
}

TEST_F(Gated, a_first_event_that_fails_changes_nothing) {
  table.fail_at = 1;
  feed.assign(0, 1);
  feed.event(1, "a");
  Running running{*runner};
  EXPECT_NE(text_of(running.wait()).find("position 1"), std::string::npos);
  EXPECT_EQ(model.checkpoint(kName), Position{0});
  EXPECT_TRUE(model.rows().empty());
}

TEST_F(Gated, a_commit_that_fails_is_repeated_and_its_effect_is_once) {
  model.commit_failures = 2;
  feed.assign(0, 1);
  feed.event(1, "a");
  Running running{*runner};
  ASSERT_TRUE(wait_for_threads(clock, 2));  // run() and the pause
  clock.advance(20ms);
  ASSERT_TRUE(wait_for_threads(clock, 2));
  clock.advance(40ms);
  ASSERT_TRUE(running.handled(Position{1}));
  EXPECT_EQ(model.rows(), std::vector<int>{1});
}

TEST_F(Gated, a_read_model_that_does_not_answer_is_asked_again) {
  model.begin_failures = 1;
  feed.assign(0, 1);
  feed.event(1, "a");
  Running running{*runner};
  ASSERT_TRUE(wait_for_threads(clock, 2));
  clock.advance(20ms);
  ASSERT_TRUE(running.handled(Position{1}));
  EXPECT_EQ(model.rows(), std::vector<int>{1});
}

TEST_F(Gated, events_of_no_interest_cost_no_transaction_each_but_are_remembered) {
  feed.assign(0, 1);
  for (int p = 1; p <= 1000; ++p) feed.event(0, p, "a", 0, "Ignored");
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{1000}));
  ASSERT_TRUE(feed.wait_until_idle());
  EXPECT_LE(model.transactions, 2);
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_EQ(model.checkpoint(kName), Position{1000});
}

TEST_F(Gated, a_revoked_partition_is_released_and_its_later_events_are_left_alone) {
  feed.assign(0, 1);
  feed.event(1, "a");
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{1}));
  feed.revoke(0, 1);
  ASSERT_TRUE(feed.wait_for_release(0, 1));
  feed.event(2, "a");
  ASSERT_TRUE(feed.wait_until_idle());
  EXPECT_EQ(model.rows(), std::vector<int>{1});
  EXPECT_EQ(runner->status().at(0).state, "waiting");
}

TEST_F(Gated, partitions_have_checkpoints_of_their_own_and_one_reset) {
  feed.assign(1, 1, 10);
  feed.event(1, 11, "b", 11);
  feed.assign(0, 1, 5);
  feed.event(0, 6, "a", 6);
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{6}));
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_EQ(table.resets, 1);
  EXPECT_EQ(model.rows(), (std::vector<int>{11, 6}));
  EXPECT_EQ(model.checkpoint(kName), Position{6});
  EXPECT_EQ(model.checkpoint(std::string{kName} + "/1"), Position{11});
}

TEST(GatedTwice, two_runners_on_one_read_model_have_the_effect_once) {
  MemoryStore store;
  MemoryStore same_events;  // another feed with the same events: its owner does not know of the first, as a zombie
  FakeReadModel model;
  Table one{model};
  Table two{model};
  Runner a{store};
  a.add(one);
  Runner b{same_events};
  b.add(two);
  append(store, "a", counted(0));
  append(same_events, "a", counted(0));
  Running first{a};
  Running second{b};
  ASSERT_TRUE(first.handled(Position{1}));
  ASSERT_TRUE(second.handled(Position{1}));  // before one feed can be ahead of the other, which would be an error
  for (int n = 1; n < 500; ++n) {
    append(store, "a", counted(n));
    append(same_events, "a", counted(n));
  }
  ASSERT_TRUE(first.handled(Position{500}));
  ASSERT_TRUE(second.handled(Position{500}));
  EXPECT_EQ(model.rows(), up_to(500));
}

}  // namespace
}  // namespace leftfold::runtime_test
