// SPDX-License-Identifier: Apache-2.0
// Replay: which events come, in which order, and what is left for the Runner.
#include <leftfold/replay.h>

#include <gtest/gtest.h>

#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/testing/faulty_store.h>
#include <leftfold/testing/run_until_idle.h>

#include "replay_support.h"
#include "support/code_of.h"

namespace leftfold::runtime_test {
namespace {

using test_support::code_of;

TEST(Replay, hands_a_table_in_memory_every_event_in_the_stores_order_after_a_reset) {
  MemoryStore store;
  fill(store, 250);
  ByAggregate projector;
  projector.order.push_back(99);
  Replay replay{store, {.batch = 7}};
  const ReplayProgress done = replay.add(projector).run();
  EXPECT_TRUE(done.complete);
  EXPECT_EQ(done.looked_at, 250U);
  EXPECT_EQ(done.expected, 250U);
  EXPECT_EQ(done.part(), 1);
  EXPECT_EQ(projector.order, numbers(1, 250));
  ASSERT_EQ(done.projectors.size(), 1U);
  EXPECT_EQ(done.projectors[0].name, "ByAggregate");
  EXPECT_EQ(done.projectors[0].handled, 250U);
  EXPECT_EQ(done.projectors[0].done, Position{250});
  EXPECT_TRUE(done.projectors[0].whole);
}

TEST(Replay, of_an_empty_store_resets_and_ends) {
  MemoryStore store;
  ByAggregate projector;
  projector.order.push_back(99);
  EXPECT_TRUE(Replay{store}.add(projector).run().complete);
  EXPECT_EQ(projector.order, std::vector<int>{});
}

TEST(Replay, calls_a_const_projector_from_several_threads_and_keeps_the_order_of_each_aggregate) {
  MemoryStore store;
  fill(store, 3'000, 17);
  InParallel projector;
  EXPECT_TRUE(Replay(store, {.threads = 4, .batch = 16}).add(projector).run().complete);
  EXPECT_EQ(projector.seen, by_aggregate(3'000, 17));
}

TEST(Replay, in_one_line_with_event_types) {
  MemoryStore store;
  fill(store, 5);
  append(store, "a0", ignored(6));
  ByAggregate one;
  InParallel two;
  const ReplayProgress done = Replay::run(store, std::tie(one, two), {"Counted"});
  EXPECT_TRUE(done.complete);
  EXPECT_EQ(one.order, numbers(1, 5));
  EXPECT_EQ(two.seen, by_aggregate(5));
  EXPECT_EQ(one.resets, 1) << "every type it handles was chosen: it is whole";
}

TEST(Replay, handles_chosen_events_on_top_without_a_reset) {
  MemoryStore store;
  fill(store, 30);
  const auto replayed = [&store](ReplayOptions options) {
    ByAggregate projector;
    projector.order.push_back(0);
    Replay replay{store, std::move(options)};
    const ReplayProgress done = replay.add(projector).run();
    EXPECT_TRUE(done.complete);
    EXPECT_FALSE(done.projectors[0].whole);
    EXPECT_EQ(projector.resets, 0);
    return std::vector<int>{projector.order.begin() + 1, projector.order.end()};
  };
  EXPECT_EQ(replayed({.from = Position{11}, .to = Position{14}, .batch = 3}), numbers(11, 14));
  EXPECT_EQ(replayed({.aggregates = {"a2", "a0"}, .to = Position{9}, .batch = 2}),
            (std::vector<int>{2, 5, 8, 3, 6, 9}));
  EXPECT_EQ(replayed({.types = {"Ignored"}}), std::vector<int>{});
}

TEST(Replay, up_to_a_position_is_whole_and_ends_there) {
  MemoryStore store;
  fill(store, 30);
  ByAggregate projector;
  EXPECT_TRUE(Replay(store, {.to = Position{12}, .batch = 5}).add(projector).run().projectors[0].whole);
  EXPECT_EQ(projector.order, numbers(1, 12));
  EXPECT_EQ(projector.resets, 1);
}

TEST(Replay, chooses_by_time) {
  testing::VirtualClock clock;
  MemoryStore store{clock};
  const Timestamp begin = clock.now();
  for (int n = 1; n <= 20; ++n) {
    append(store, "a", counted(n));
    clock.advance(std::chrono::seconds{1});
  }
  const auto replayed = [&store](std::optional<Timestamp> since, std::optional<Timestamp> until) {
    ByAggregate projector;
    Replay(store, {.since = since, .until = until, .batch = 4}).add(projector).run();
    return projector.order;
  };
  const auto at = [&](int second) { return begin + std::chrono::seconds{second}; };
  EXPECT_EQ(replayed(at(4), at(9)), numbers(5, 9));
  EXPECT_EQ(replayed(std::nullopt, at(3)), numbers(1, 3));
  EXPECT_EQ(replayed(at(18), std::nullopt), numbers(19, 20));
  EXPECT_EQ(replayed(at(90), std::nullopt), std::vector<int>{});
  EXPECT_EQ(replayed(at(-9), at(90)), numbers(1, 20));
}

TEST(Replay, makes_the_tables_of_a_read_model_anew_and_a_runner_goes_on_from_there) {
  MemoryStore store;
  fill(store, 100);
  FakeReadModel model;
  model.set("Table", Position{40}, {7, 7, 7});
  Table table{model};
  Replay replay{store, {.batch = 9}};
  const ReplayProgress done = replay.add(table).run();
  EXPECT_TRUE(done.complete);
  EXPECT_EQ(model.rows(), numbers(1, 100));
  EXPECT_EQ(model.checkpoint("Table"), Position{100});
  EXPECT_EQ(model.handled_rows("Table"), 0U);
  EXPECT_EQ(model.handled_rows("Table#replay"), 0U) << "nothing is left to resume";
  for (int n = 101; n <= 110; ++n) append(store, "a0", counted(n));
  Runner runner{store};
  runner.add(table);
  testing::run_until_idle(runner, store);
  EXPECT_EQ(model.rows(), numbers(1, 110));
}

TEST(Replay, handles_chosen_events_in_a_read_model_and_leaves_its_checkpoint) {
  MemoryStore store;
  fill(store, 20);
  FakeReadModel model;
  model.set("Table", Position{20}, {0});
  Table table{model};
  EXPECT_TRUE(Replay(store, {.from = Position{15}, .batch = 4}).add(table).run().complete);
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 15, 16, 17, 18, 19, 20}));
  EXPECT_EQ(model.checkpoint("Table"), Position{20});
  EXPECT_EQ(model.handled_rows("Table#replay"), 0U);
}

// All of it is stored, and nobody says so.
TEST(Replay, handles_chosen_events_once_although_an_answer_is_lost) {
  MemoryStore store;
  fill(store, 20);
  ShuffledScan scan{store, 3};
  for (const ReplaySource& source : {ReplaySource{store}, ReplaySource::scan(scan, store, 2)}) {
    FakeReadModel model;
    model.set("Table", Position{20}, {0});
    Table table{model};
    int commits = 0;
    model.after_commit = [&] {
      if (++commits == 2 || commits == 4) throw Error{Errc::unavailable, "the answer is lost"};
    };
    const Timestamp long_ago{};
    ASSERT_TRUE(Replay(source, {.since = long_ago, .batch = 4}).add(table).run().complete);
    std::vector<int> rows = model.rows();
    std::ranges::sort(rows);
    EXPECT_EQ(rows, numbers(0, 20));
    EXPECT_GT(commits, 4);
  }
}

TEST(Replay, refuses_chosen_events_for_tables_that_were_never_made) {
  MemoryStore store;
  FakeReadModel model;
  Table table{model};
  EXPECT_EQ(code_of([&] { Replay(store, {.from = Position{2}}).add(table).run(); }), Errc::invalid_argument);
}

TEST(Replay, reads_no_event_twice_when_the_store_fails_within_a_page) {
  MemoryStore store;
  fill(store, 40);
  ShortPages pages{store};
  testing::FaultyStore faulty{pages};
  faulty.fail(testing::StoreCall::read_all, Errc::unavailable, {.first = 3});
  FakeReadModel model;
  Table table{model};
  ByAggregate in_memory;
  Replay replay{faulty, {.threads = 1, .batch = 20}};
  const ReplayProgress done = replay.add(table).add(in_memory).run();
  EXPECT_EQ(model.rows(), numbers(1, 40));
  EXPECT_EQ(in_memory.order, numbers(1, 40));
  EXPECT_EQ(done.looked_at, 40U);
}

TEST(Replay, goes_on_after_a_read_model_that_did_not_answer) {
  MemoryStore store;
  fill(store, 20);
  FakeReadModel model;
  Table table{model};
  // While the tables are made empty, when pages are stored, when it is over: 7 commits, more after a failure.
  for (int fails_after = 0; fails_after <= 7; ++fails_after) {
    model.commit_failures = fails_after == 0 ? 2 : 0;
    int commits = 0;
    model.after_commit = [&] {
      if (++commits == fails_after) model.commit_failures = 2;
    };
    EXPECT_TRUE(Replay(store, {.batch = 5}).add(table).run().complete);
    EXPECT_GE(commits, 7);
    EXPECT_EQ(model.rows(), numbers(1, 20));
  }
}

TEST(Replay, stops_before_an_event_that_fails_and_goes_on_there_when_it_is_resumed) {
  MemoryStore store;
  fill(store, 50);
  FakeReadModel model;
  Fragile table{model};
  table.fail_at = 23;
  try {
    Replay(store, {.batch = 10}).add(table).run();
    FAIL() << "it did not stop";
  } catch (const HandlerFailed& failed) {
    EXPECT_EQ(failed.position(), Position{23});
    EXPECT_EQ(failed.subscription(), "example-group.Table");
  }
  EXPECT_EQ(model.rows(), numbers(1, 22));
  EXPECT_EQ(model.checkpoint("Table"), Position{22});
  table.fail_at = -1;
  const ReplayProgress done = Replay(store, {.batch = 10, .resume = true}).add(table).run();
  EXPECT_EQ(done.looked_at, 28U) << "only what was left";
  EXPECT_EQ(model.rows(), numbers(1, 50));
}

TEST(Replay, begins_anew_without_resume) {
  MemoryStore store;
  fill(store, 30);
  FakeReadModel model;
  Fragile table{model};
  table.fail_at = 23;
  EXPECT_THROW(Replay(store).add(table).run(), HandlerFailed);
  table.fail_at = -1;
  EXPECT_EQ(Replay(store).add(table).run().looked_at, 30U);
  EXPECT_EQ(model.rows(), numbers(1, 30));
}

TEST(Replay, resumes_chosen_events_without_repeating_one) {
  MemoryStore store;
  fill(store, 50);
  FakeReadModel model;
  model.set("Table", Position{50}, {});
  Fragile table{model};
  table.fail_at = 33;
  const ReplayOptions options{.from = Position{11}, .batch = 7, .resume = true};
  EXPECT_THROW(Replay(store, options).add(table).run(), HandlerFailed);
  EXPECT_EQ(model.rows(), numbers(11, 32));
  table.fail_at = -1;
  EXPECT_TRUE(Replay(store, options).add(table).run().complete);
  EXPECT_EQ(model.rows(), numbers(11, 50));
}

TEST(Replay, skips_what_fails_and_says_so) {
  MemoryStore store;
  fill(store, 40);
  FakeReadModel model;
  Fragile table{model};
  ByAggregate in_memory;
  table.fail_at = in_memory.fail_at = 11;
  const ReplayProgress done = Replay(store, {.on_error = OnReplayError::skip}).add(table).add(in_memory).run();
  EXPECT_TRUE(done.complete);
  std::vector<int> expected = numbers(1, 40);
  expected.erase(expected.begin() + 10);
  EXPECT_EQ(model.rows(), expected) << "what it wrote before it failed is undone";
  EXPECT_EQ(in_memory.order, expected);
  for (const auto& projector : done.projectors) {
    EXPECT_EQ(projector.handled, 39U) << projector.name;
    EXPECT_EQ(projector.skipped, 1U) << projector.name;
  }
  EXPECT_NE(done.first_error.find("no such luck"), std::string::npos) << done.first_error;
  EXPECT_EQ(done.first_error.find("nothing is skipped"), std::string::npos) << "it was: " << done.first_error;
}

TEST(Replay, parks_what_fails_with_its_followers_and_a_runner_re_drives_them) {
  MemoryStore store;
  fill(store, 30);
  FakeReadModel model;
  MemoryDeadLetterStore letters;
  Fragile table{model};
  table.fail_at = 11;  // of a2, as 14, 17, ... 29
  const ReplayProgress done =
      Replay(store, {.batch = 4, .on_error = OnReplayError::park, .dead_letters = &letters}).add(table).run();
  EXPECT_TRUE(done.complete);
  EXPECT_EQ(done.projectors[0].parked, 7U);
  EXPECT_EQ(done.projectors[0].handled, 23U);
  EXPECT_EQ(letters.count({}).letters, 7U);
  table.fail_at = -1;
  RunnerOptions options;
  options.dead_letters = &letters;
  Runner runner{store, options};
  runner.add(table);
  EXPECT_EQ(runner.redrive("Table", "a2").handled, 7U);
  append(store, "a2", counted(31));
  testing::run_until_idle(runner, store);
  std::vector<int> rows = model.rows();
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows, numbers(1, 31));
  EXPECT_EQ(letters.count({}).letters, 0U);
}

TEST(Replay, counts_in_a_dry_run_and_changes_nothing) {
  MemoryStore store;
  fill(store, 12);
  append(store, "a1", ignored(1));
  append(store, "a1", unknown());
  FakeReadModel model;
  model.set("Table", Position{3}, {1, 2, 3});
  Table table{model};
  ByAggregate in_memory;
  const ReplayProgress done = Replay(store, {.dry_run = true}).add(table).add(in_memory).run();
  EXPECT_TRUE(done.complete);
  ASSERT_EQ(done.types.size(), 3U);
  EXPECT_EQ(done.types[0].type, "Counted");
  EXPECT_EQ(done.types[0].events, 12U);
  EXPECT_EQ(done.projectors[0].handled, 12U);
  EXPECT_EQ(done.projectors[1].handled, 12U);
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(model.transactions, 0);
  EXPECT_EQ(in_memory.resets, 0);
}

TEST(Replay, a_stop_leaves_everything_handled_committed) {
  MemoryStore store;
  fill(store, 2'000);
  FakeReadModel model;
  Table table{model};
  std::stop_source stop;
  int commits = 0;
  model.after_commit = [&] {
    if (++commits == 5) stop.request_stop();
  };
  Replay first{store, {.batch = 10}};
  const ReplayProgress stopped = first.add(table).run(stop.get_token());
  EXPECT_FALSE(stopped.complete);
  const std::size_t rows = model.rows().size();
  EXPECT_EQ(model.rows(), numbers(1, static_cast<int>(rows)));
  EXPECT_EQ(model.checkpoint("Table"), Position{static_cast<std::int64_t>(rows)});
  EXPECT_LT(rows, 2'000U);
  model.after_commit = nullptr;
  EXPECT_TRUE(Replay(store, {.batch = 10, .resume = true}).add(table).run().complete);
  EXPECT_EQ(model.rows(), numbers(1, 2'000));
}

TEST(Replay, fails_when_another_one_begins_on_the_same_tables) {
  MemoryStore store;
  fill(store, 100);
  FakeReadModel model;
  Table table{model};
  int commits = 0;
  model.after_commit = [&] {
    if (++commits == 4) model.before_begin = [&] { model.set("Table", Position::start(), {}); };
  };
  EXPECT_EQ(code_of([&] { Replay(store, {.batch = 10}).add(table).run(); }), Errc::fenced);
}

TEST(Replay, refuses_options_that_do_not_go_together) {
  MemoryStore store;
  FakeReadModel model;
  ShuffledScan scan{store, 1};
  ByAggregate in_memory;
  Table table{model};
  const auto refused = [](auto make) { return code_of(make) == Errc::invalid_argument; };
  EXPECT_TRUE(refused([&] { Replay(store, {.batch = 0}); }));
  EXPECT_TRUE(refused([&] { Replay(store, {.from = Position{3}, .to = Position{2}}); }));
  EXPECT_TRUE(refused([&] { Replay(store, {.events_a_second = -1}); }));
  EXPECT_TRUE(refused([&] { Replay(store, {.patience = std::chrono::milliseconds::max()}); }));
  EXPECT_TRUE(refused([&] { Replay(store, {.on_error = OnReplayError::park}); }));
  EXPECT_TRUE(refused([&] { Replay(store, {.live = &store}); }));
  EXPECT_TRUE(refused([&] { Replay(ReplaySource::scan(scan, store), {.from = Position{3}}); }));
  EXPECT_TRUE(refused([&] { Replay(ReplaySource::feed(store), {.aggregates = {"a"}}); }));
  EXPECT_TRUE(refused([&] { Replay(store).run(); }));
  EXPECT_TRUE(refused([&] { Replay(store).add(table).add(table, "Other"); }));
  EXPECT_TRUE(refused([&] { Replay(store).add(table, "Table/7"); })) << "that of a partition";
  EXPECT_TRUE(refused([&] {
    MemoryDeadLetterStore letters;
    Replay(store, {.on_error = OnReplayError::park, .dead_letters = &letters}).add(in_memory);
  }));
  Replay twice{store};
  twice.add(table).run();
  EXPECT_TRUE(refused([&] { twice.run(); }));
}

}  // namespace
}  // namespace leftfold::runtime_test
