// SPDX-License-Identifier: Apache-2.0
// Projectors on a feed that brings events again and before their turn.
#include <gtest/gtest.h>

#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "fake_read_model.h"
#include "scripted_feed.h"
#include "support.h"
#include "table.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using testing::VirtualClock;

class Repeats : public ::testing::Test {
 protected:
  Repeats() { start(&letters); }
  // A Runner of a new process, on the same read model.
  void start(DeadLetterStore* dead_letters) {
    feed.emplace(clock);
    feed->let_repeat();
    RunnerOptions options;
    options.clock = &clock;
    options.dead_letters = dead_letters;
    runner.emplace(*feed, options);
    runner->add(table);
  }
  // The event's number is 100 times its aggregate's, "1" to "9", and its version.
  void event(std::int64_t position, int aggregate, int version, const std::string& type = "Counted") {
    feed->event(0, position, std::to_string(aggregate), aggregate * 100 + version, type, {}, Version{version});
  }
  [[nodiscard]] std::vector<int> rows() const { return model.rows(); }
  [[nodiscard]] SubscriptionStatus status() const { return runner->status().at(0); }

  VirtualClock clock;
  MemoryDeadLetterStore letters{clock};
  FakeReadModel model;
  Table table{model};
  std::optional<ScriptedFeed> feed;
  std::optional<Runner> runner;
};

TEST_F(Repeats, what_comes_again_is_dropped) {
  feed->assign(0, 1);
  const int versions[] = {0, 1, 0, 1, 2, 1, 2};
  for (std::int64_t position = 1; const int version : versions) event(position++, 1, version);
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{7}));
  EXPECT_EQ(rows(), (std::vector<int>{100, 101, 102}));
  EXPECT_EQ(status().handled, 3U);
  EXPECT_TRUE(letters.sequences("default.Table").empty());
}

TEST_F(Repeats, what_came_before_a_restart_is_dropped_after_it) {
  feed->assign(0, 1);
  event(1, 1, 0);
  event(2, 1, 1);
  {
    Running running{*runner};
    ASSERT_TRUE(running.handled(Position{2}));
    EXPECT_EQ(text_of(running.stop()), "");
  }
  start(&letters);
  feed->assign(0, 2, 2);
  event(3, 1, 1);
  event(4, 1, 0);
  event(5, 1, 2);
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{5}));
  EXPECT_EQ(rows(), (std::vector<int>{100, 101, 102}));
}

TEST_F(Repeats, one_that_comes_early_waits_for_those_before_it) {
  feed->assign(0, 1);
  event(1, 1, 3);
  event(2, 1, 2);
  event(3, 2, 0);
  event(4, 1, 0, "Ignored");
  event(5, 1, 1);
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{5}));
  EXPECT_EQ(rows(), (std::vector<int>{200, 101, 102, 103}));
  EXPECT_EQ(model.checkpoint("Table"), Position{5});
}

TEST_F(Repeats, one_whose_predecessor_does_not_come_is_parked_and_others_go_on) {
  feed->assign(0, 1);
  event(1, 1, 0);
  event(2, 1, 2);
  event(3, 2, 0);
  event(4, 1, 3);
  Running running{*runner};
  ASSERT_TRUE(feed->wait_until_idle());
  EXPECT_EQ(rows(), (std::vector<int>{100, 200}));
  EXPECT_EQ(status().done, Position{1});
  EXPECT_TRUE(letters.sequences(status().name).empty()) << "nothing is parked before its time";
  clock.advance(60s);
  ASSERT_TRUE(running.handled(Position{4}));
  const auto parked = letters.letters(status().name, "1", std::nullopt, 10);
  ASSERT_EQ(parked.size(), 2U);
  EXPECT_EQ(parked[0].event.version, Version{2});
  EXPECT_NE(parked[0].error_message.find("version 1 did not come"), std::string::npos) << parked[0].error_message;
  EXPECT_EQ(parked[1].reason, ParkReason::follower);

  // Not without the one that is missing; that one goes before it when it comes after all.
  ASSERT_TRUE(wait_for_threads(clock, 4));  // or a re-drive that is late begins although no time passes
  ASSERT_TRUE(letters.request_retry(status().name, "1", clock.now()));
  event(5, 1, 1);
  ASSERT_TRUE(running.handled(Position{5}));
  const auto with_it = letters.letters(status().name, "1", std::nullopt, 10);
  ASSERT_EQ(with_it.size(), 3U);
  EXPECT_EQ(with_it.front().event.version, Version{1});
  const auto re_driven = [&] {
    static_cast<void>(letters.request_retry(status().name, "1", clock.now()));
    return letters.sequences(status().name).empty();
  };
  ASSERT_TRUE(pass_time_until(clock, 4, re_driven, 1s));
  EXPECT_EQ(rows(), (std::vector<int>{100, 200, 101, 102, 103}));
  event(6, 1, 4);
  event(7, 1, 1);
  ASSERT_TRUE(running.handled(Position{7}));
  EXPECT_EQ(rows(), (std::vector<int>{100, 200, 101, 102, 103, 104}));
}

TEST_F(Repeats, without_dead_letters_a_gap_ends_the_run) {
  start(nullptr);
  feed->assign(0, 1);
  event(1, 1, 1);
  Running running{*runner};
  ASSERT_TRUE(feed->wait_until_idle());
  clock.advance(60s);
  const std::string text = text_of(running.wait());
  EXPECT_NE(text.find("version 0 did not come yet"), std::string::npos) << text;
  EXPECT_TRUE(rows().empty());
}

TEST_F(Repeats, what_lies_before_the_start_is_not_waited_for) {
  feed->assign(0, 1, 10);
  event(11, 1, 7);
  event(12, 1, 8);
  event(13, 1, 7);
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{13}));
  EXPECT_EQ(rows(), (std::vector<int>{107, 108}));
}

TEST_F(Repeats, tables_in_memory_have_a_gate_too) {
  Numbers numbers;
  Runner in_memory{*feed, RunnerOptions{.clock = &clock}};
  in_memory.add(numbers);
  feed->assign(0, 1);
  const int versions[] = {0, 0, 2, 1, 1, 3, 2};
  for (std::int64_t position = 1; const int version : versions) event(position++, 1, version);
  Running running{in_memory};
  ASSERT_TRUE(running.handled(Position{7}));
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_EQ(numbers.numbers, (std::vector<int>{100, 101, 102, 103}));
}

}  // namespace
}  // namespace leftfold::runtime_test
