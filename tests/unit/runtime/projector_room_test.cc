// SPDX-License-Identifier: Apache-2.0
// Projectors on a read model whose transactions hold a limited number of rows.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "fake_read_model.h"
#include "scripted_feed.h"
#include "support.h"

namespace leftfold::runtime_test {
namespace {

// Writes as many rows as the event's number says.
struct Wide : Projector<TestEvents> {
  explicit Wide(FakeReadModel& m) : model{m} {}
  FakeReadModel& read_model() { return model; }
  void reset() { model.clear(); }
  void on(const Counted& event) {
    ++calls;
    for (int i = 0; i < event.n; ++i) model.add(event.n);
  }
  FakeReadModel& model;
  int calls = 0;
};

class Room : public ::testing::Test {
 protected:
  Room() { model.most_rows = 4; }
  void start(DeadLetterStore* dead_letters) {
    RunnerOptions options;
    options.clock = &clock;
    options.dead_letters = dead_letters;
    runner.emplace(feed, options);
    runner->add(wide);
  }
  // Events of different aggregates that write so many rows.
  void events(std::initializer_list<int> rows) {
    for (const int each : rows) {
      ++last;
      feed.event(0, last, "a" + std::to_string(last), each, "Counted", {}, Version{0});
    }
  }
  [[nodiscard]] SubscriptionStatus status() const { return runner->status().at(0); }

  testing::VirtualClock clock;
  MemoryDeadLetterStore letters{clock};
  FakeReadModel model;
  Wide wide{model};
  ScriptedFeed feed{clock};
  std::optional<Runner> runner;
  std::int64_t last = 0;
};

TEST_F(Room, a_run_ends_when_the_transaction_is_full) {
  start(nullptr);
  feed.assign(0, 1);
  events({1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{10}));
  EXPECT_EQ(model.rows().size(), 10U);
  EXPECT_GE(model.transactions, 1 + 3);
  EXPECT_EQ(wide.calls, 10) << "an event that fits is handled once";
}

TEST_F(Room, what_does_not_fit_behind_others_is_handled_by_itself) {
  start(&letters);
  feed.assign(0, 1);
  events({3, 3, 2, 4, 1, 4});
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{6}));
  EXPECT_EQ(model.rows(), (std::vector<int>{3, 3, 3, 3, 3, 3, 2, 2, 4, 4, 4, 4, 1, 4, 4, 4, 4}));
  EXPECT_TRUE(letters.sequences(status().name).empty());
}

TEST_F(Room, what_never_fits_is_parked_and_others_go_on) {
  start(&letters);
  feed.assign(0, 1);
  events({1, 2, 5, 1, 3});
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{5}));
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 2, 2, 1, 3, 3, 3}));
  const auto parked = letters.letters(status().name, "a3", std::nullopt, 10);
  ASSERT_EQ(parked.size(), 1U);
  EXPECT_NE(parked[0].error_message.find("more than 4 rows"), std::string::npos) << parked[0].error_message;
  EXPECT_EQ(letters.sequences(status().name).size(), 1U);
}

TEST_F(Room, without_dead_letters_what_never_fits_ends_the_run) {
  start(nullptr);
  feed.assign(0, 1);
  events({1, 5, 1});
  Running running{*runner};
  const std::string text = text_of(running.wait());
  EXPECT_NE(text.find("more than 4 rows"), std::string::npos) << text;
  EXPECT_EQ(model.rows(), (std::vector<int>{1}));
}

TEST_F(Room, what_the_commit_refuses_is_parked_and_others_go_on) {
  model.refused_row = 2;
  start(&letters);
  feed.assign(0, 1);
  events({1, 1, 2, 1, 3, 2, 1});
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{7}));
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 1, 1, 3, 3, 3, 1}));
  for (const char* aggregate : {"a3", "a6"}) {
    const auto parked = letters.letters(status().name, aggregate, std::nullopt, 10);
    ASSERT_EQ(parked.size(), 1U) << aggregate;
    EXPECT_NE(parked[0].error_message.find("row 2 cannot be stored"), std::string::npos) << parked[0].error_message;
  }
  EXPECT_EQ(letters.sequences(status().name).size(), 2U);
}

TEST_F(Room, without_dead_letters_what_the_commit_refuses_ends_the_run) {
  model.refused_row = 2;
  start(nullptr);
  feed.assign(0, 1);
  events({1, 1, 1, 2, 1});
  Running running{*runner};
  const std::string text = text_of(running.wait());
  EXPECT_NE(text.find("row 2 cannot be stored"), std::string::npos) << text;
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 1, 1}));
}

TEST_F(Room, there_is_room_for_the_versions_of_a_feed_that_may_repeat) {
  feed.let_repeat();
  start(&letters);
  feed.assign(0, 1);
  events({1, 1, 1, 3, 4, 2, 2, 1, 1});
  Running running{*runner};
  ASSERT_TRUE(running.handled(Position{9}));
  EXPECT_EQ(model.rows().size(), 16U);
  EXPECT_TRUE(letters.sequences(status().name).empty());
}

}  // namespace
}  // namespace leftfold::runtime_test
