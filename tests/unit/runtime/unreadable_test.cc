// SPDX-License-Identifier: Apache-2.0
// Records that a broker holds and nobody can read, and those that stand for events that could not be published: parked,
// and what comes after them behind them.
#include <gtest/gtest.h>

#include <leftfold/memory_dead_letter_store.h>

#include "fake_read_model.h"
#include "scripted_feed.h"
#include "support.h"
#include "table.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

const std::string kGarbage{"\xff\0{ no JSON", 11};

class Unreadable : public ::testing::Test {
 protected:
  template <class Handler>
  void run(Handler& handler, DeadLetterStore* store) {
    RunnerOptions options;
    options.group = "g";
    options.dead_letters = store;
    runner.emplace(feed, options);
    HandlerOptions own;
    own.name = "Handler";
    own.checkpoint_every = 1ms;
    runner->add(handler, own);
    running.emplace(*runner);
  }
  void event(std::int64_t position, const std::string& aggregate, int version) {
    feed.event(0, position, aggregate, version, "Counted", {}, Version{version});
  }
  // Version 1 of "a" cannot be read, nor can something else under its key.
  void begin() {
    feed.assign(0, 1);
    event(1, "a", 0);
    feed.unreadable(0, 2, "a", kGarbage);
    event(3, "b", 0);
    feed.unreadable(0, 4, "a", "");
    event(5, "a", 2);
    event(6, "b", 1);
  }
  std::vector<DeadLetter> parked() { return letters.letters("g.Handler", "a", std::nullopt, 10); }
  void expect_parked() {
    const std::vector<DeadLetter> found = parked();
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].reason, ParkReason::undecodable);
    EXPECT_EQ(found[0].failure, FailureClass::permanent);
    EXPECT_EQ(found[0].attempts, 1);
    EXPECT_EQ(found[0].event.type, kUnreadable);
    EXPECT_EQ(found[0].event.payload, kGarbage);
    EXPECT_EQ(found[0].event.position, Position{2});
    EXPECT_NE(found[0].error_message.find("Topic/0/1: it is garbage"), std::string::npos) << found[0].error_message;
    EXPECT_NE(found[0].error_message.find("dlq skip"), std::string::npos) << found[0].error_message;
    EXPECT_EQ(found[1].event.payload, "");
    EXPECT_EQ(found[1].event.position, Position{4});
    EXPECT_EQ(found[2].event.version, Version{2});
    EXPECT_EQ(found[2].reason, ParkReason::follower);
  }
  // As docs/format/kafka.md says.
  void mend() {
    EXPECT_EQ(runner->redrive("Handler", "a").end, RedriveReport::End::failed);
    event(7, "a", 1);
    ASSERT_TRUE(handled(Position{7}));
    for (int i = 0; i < 2; ++i) {
      const auto claim = letters.claim("g.Handler", "a", "ann", 30s);
      ASSERT_TRUE(claim);
      EXPECT_EQ(letters.skip(*claim, LetterKey::of(parked().at(0).event.view()), {"ann", "sent again"}),
                DeadLetterStore::Removed::letter);
      letters.release(*claim);
    }
    const RedriveReport report = runner->redrive("Handler", "a");
    EXPECT_EQ(report.end, RedriveReport::End::finished) << report.error;
    EXPECT_EQ(report.handled, 2U);
    event(8, "a", 3);
    ASSERT_TRUE(handled(Position{8}));
  }
  bool handled(Position position) {
    for (const Instant end = soon(); system_clock().instant() < end; std::this_thread::yield()) {
      if (runner->status().at(0).done >= position) return true;
    }
    return false;
  }

  ScriptedFeed feed;
  MemoryDeadLetterStore letters{system_clock()};
  FakeReadModel model;
  std::optional<Runner> runner;
  std::optional<Running> running;
};

TEST_F(Unreadable, a_listener_parks_it_with_its_bytes_and_goes_on_once_it_is_mended) {
  Recorder listener;
  begin();
  run(listener, &letters);
  ASSERT_TRUE(handled(Position{6}));
  expect_parked();
  EXPECT_EQ(listener.of("a"), std::vector<int>{0});
  EXPECT_EQ(listener.of("b"), (std::vector<int>{0, 1}));
  mend();
  EXPECT_EQ(listener.of("a"), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(text_of(running->stop()), "");
}

TEST_F(Unreadable, a_projector_parks_it_and_has_the_effect_of_what_is_sent_again_once) {
  Table table{model};
  begin();
  run(table, &letters);
  ASSERT_TRUE(handled(Position{6}));
  expect_parked();
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 0, 1}));
  mend();
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 0, 1, 1, 2, 3}));
  EXPECT_EQ(model.handled_rows("Handler"), 0U);
  EXPECT_EQ(text_of(running->stop()), "");
}

TEST_F(Unreadable, without_dead_letters_the_subscription_stops_before_it) {
  Recorder listener;
  begin();
  run(listener, nullptr);
  const std::string text = text_of(running->wait());
  EXPECT_NE(text.find("Topic/0/1: it is garbage"), std::string::npos) << text;
  EXPECT_EQ(listener.of("a"), std::vector<int>{0});
}

// Version 1 of "a" could not be published.
class Unpublished : public Unreadable {
 protected:
  void begin_without_one(bool may_repeat) {
    if (may_repeat) feed.let_repeat();
    feed.assign(0, 1);
    event(1, "a", 0);
    feed.unpublished(0, 2, "a", 1);
    event(3, "b", 0);
    event(4, "a", 2);
    event(5, "b", 1);
  }
  void expect_parked_with_follower() {
    const std::vector<DeadLetter> found = parked();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].reason, ParkReason::undecodable);
    EXPECT_EQ(found[0].failure, FailureClass::permanent);
    EXPECT_EQ(found[0].attempts, 1);
    EXPECT_EQ(found[0].event.type, kUnpublished);
    EXPECT_EQ(found[0].event.version, Version{1});
    EXPECT_NE(found[0].error_message.find("it is too large"), std::string::npos) << found[0].error_message;
    EXPECT_EQ(found[1].event.version, Version{2});
    EXPECT_EQ(found[1].reason, ParkReason::follower);
  }
  void skip_first() {
    const auto claim = letters.claim("g.Handler", "a", "ann", 30s);
    ASSERT_TRUE(claim);
    EXPECT_EQ(letters.skip(*claim, LetterKey::of(parked().at(0).event.view()), {"ann", "published again"}),
              DeadLetterStore::Removed::letter);
    letters.release(*claim);
  }
  // As docs/guides/failures.md says.
  void publish_again() {
    skip_first();
    event(6, "a", 1);
    ASSERT_TRUE(handled(Position{6}));
    ASSERT_EQ(parked().size(), 2U);
    EXPECT_EQ(parked()[0].event.version, Version{1});
    const RedriveReport report = runner->redrive("Handler", "a");
    EXPECT_EQ(report.end, RedriveReport::End::finished) << report.error;
    event(7, "a", 3);
    ASSERT_TRUE(handled(Position{7}));
  }
  void go_on_without_it() {
    skip_first();
    const RedriveReport report = runner->redrive("Handler", "a");
    EXPECT_EQ(report.end, RedriveReport::End::finished) << report.error;
    event(6, "a", 3);
    ASSERT_TRUE(handled(Position{6}));
  }
};

TEST_F(Unpublished, a_listener_parks_it_and_handles_the_event_that_is_published_again) {
  Recorder listener;
  begin_without_one(false);
  run(listener, &letters);
  ASSERT_TRUE(handled(Position{5}));
  expect_parked_with_follower();
  EXPECT_EQ(listener.of("a"), std::vector<int>{0});
  EXPECT_EQ(listener.of("b"), (std::vector<int>{0, 1}));
  publish_again();
  EXPECT_EQ(listener.of("a"), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(text_of(running->stop()), "");
}

TEST_F(Unpublished, a_listener_goes_on_without_it_once_it_is_skipped) {
  Recorder listener;
  begin_without_one(false);
  run(listener, &letters);
  ASSERT_TRUE(handled(Position{5}));
  go_on_without_it();
  EXPECT_EQ(listener.of("a"), (std::vector<int>{0, 2, 3}));
  EXPECT_EQ(text_of(running->stop()), "");
}

TEST_F(Unpublished, a_projector_counts_it_as_parked_and_has_the_effect_of_what_is_published_again) {
  Table table{model};
  begin_without_one(true);
  run(table, &letters);
  ASSERT_TRUE(handled(Position{5}));
  expect_parked_with_follower();
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 0, 1}));
  publish_again();
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 0, 1, 1, 2, 3}));
  EXPECT_EQ(text_of(running->stop()), "");
}

TEST_F(Unpublished, a_projector_goes_on_without_it_once_it_is_skipped) {
  Table table{model};
  begin_without_one(true);
  run(table, &letters);
  ASSERT_TRUE(handled(Position{5}));
  go_on_without_it();
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 0, 1, 2, 3}));
  EXPECT_EQ(text_of(running->stop()), "");
}

}  // namespace
}  // namespace leftfold::runtime_test
