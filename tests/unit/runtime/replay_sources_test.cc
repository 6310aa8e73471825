// SPDX-License-Identifier: Apache-2.0
// Replay from sources without an order over all aggregates, and beside a Runner.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/replay.h>
#include <leftfold/testing/run_until_idle.h>

#include "replay_support.h"
#include "runtime/replay/pace.h"
#include "runtime/replay/page_window.h"
#include "support/code_of.h"

namespace leftfold::runtime_test {
namespace {

using test_support::code_of;

// What a table of this source holds: the numbers of each aggregate, in order.
struct Ordered : Projector<TestEvents> {
  static constexpr std::string_view handler_name = "Table";
  explicit Ordered(FakeReadModel& m) : model{m} {}
  FakeReadModel& read_model() { return model; }
  void reset() { model.clear(); }
  void on(const Counted& event) {
    if (event.n == fail_at) throw std::runtime_error{"no such luck"};
    model.add(event.n);
  }
  FakeReadModel& model;
  int fail_at = -1;
};

std::map<std::string, std::vector<int>> by_aggregate_of(const std::vector<int>& rows, int aggregates) {
  std::map<std::string, std::vector<int>> all;
  for (const int n : rows) all["a" + std::to_string(n % aggregates)].push_back(n);
  return all;
}

TEST(ReplayOfAScan, brings_each_aggregate_in_order_and_each_event_once) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    MemoryStore store;
    fill(store, 200, 9);
    ShuffledScan scan{store, seed};
    FakeReadModel model;
    Ordered table{model};
    ByAggregate in_memory;
    InParallel in_parallel;
    Replay replay{ReplaySource::scan(scan, store, 2), {.threads = 3, .batch = 5}};
    const ReplayProgress done = replay.add(table).add(in_memory).add(in_parallel).run();
    ASSERT_TRUE(done.complete);
    ASSERT_EQ(by_aggregate_of(model.rows(), 9), by_aggregate(200, 9)) << "seed " << seed;
    ASSERT_EQ(in_memory.seen, by_aggregate(200, 9)) << "seed " << seed;
    ASSERT_EQ(in_parallel.seen, by_aggregate(200, 9)) << "seed " << seed;
    for (const auto& projector : done.projectors) ASSERT_EQ(projector.handled, 200U) << projector.name;
  }
}

TEST(ReplayOfAScan, goes_on_where_it_was_stopped) {
  MemoryStore store;
  fill(store, 400, 40);
  FakeReadModel model;
  Ordered table{model};
  table.fail_at = 311;
  ShuffledScan first{store, 3};
  EXPECT_THROW(Replay(ReplaySource::scan(first, store, 2)).add(table).run(), HandlerFailed);
  const std::size_t before = model.rows().size();
  table.fail_at = -1;
  ShuffledScan second{store, 3};
  EXPECT_TRUE(Replay(ReplaySource::scan(second, store, 2), {.resume = true}).add(table).run().complete);
  EXPECT_EQ(by_aggregate_of(model.rows(), 40), by_aggregate(400, 40));
  EXPECT_GT(before, 0U);
}

TEST(ReplayOfAScan, chooses_events_of_a_type_in_order) {
  MemoryStore store;
  fill(store, 60, 4);
  append(store, "a1", ignored(1));
  FakeReadModel model;
  model.set("Table", Position{5}, {});
  Ordered table{model};
  ShuffledScan scan{store, 8};
  const Timestamp long_ago{};
  EXPECT_TRUE(Replay(ReplaySource::scan(scan, store, 2), {.since = long_ago, .batch = 3}).add(table).run().complete);
  EXPECT_EQ(by_aggregate_of(model.rows(), 4), by_aggregate(60, 4));
  EXPECT_EQ(model.checkpoint("Table"), Position{5});
}

TEST(ReplayOfAScan, parks_what_fails_with_its_followers) {
  MemoryStore store;
  fill(store, 60, 4);
  FakeReadModel model;
  Ordered table{model};
  table.fail_at = 18;  // of a2, as 22, 26, ... 58
  MemoryDeadLetterStore letters;
  ShuffledScan scan{store, 5};
  const ReplayOptions options{.on_error = OnReplayError::park, .dead_letters = &letters};
  EXPECT_TRUE(Replay(ReplaySource::scan(scan, store, 2), options).add(table).run().complete);
  EXPECT_EQ(letters.count({}).letters, 11U);
  table.fail_at = -1;
  RunnerOptions with_letters;
  with_letters.dead_letters = &letters;
  Runner runner{store, with_letters};
  runner.add(table);
  EXPECT_EQ(runner.redrive("Table", "a2").handled, 11U);
  EXPECT_EQ(by_aggregate_of(model.rows(), 4), by_aggregate(60, 4));
}

TEST(ReplayOfAFeed, reads_up_to_its_head_and_resumes) {
  MemoryStore store;
  fill(store, 90);
  FakeReadModel model;
  Ordered table{model};
  table.fail_at = 50;
  EXPECT_THROW(Replay(ReplaySource::feed(store), {.batch = 8}).add(table).run(), HandlerFailed);
  EXPECT_EQ(model.rows(), numbers(1, 49));
  table.fail_at = -1;
  const ReplayProgress done = Replay(ReplaySource::feed(store), {.batch = 8, .resume = true}).add(table).run();
  EXPECT_TRUE(done.complete);
  EXPECT_EQ(done.looked_at, 41U);
  EXPECT_EQ(model.rows(), numbers(1, 90));
  EXPECT_EQ(model.checkpoint("Table"), Position{90});
}

TEST(ReplayOfAFeed, with_several_partitions_and_repeats) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random{seed};
    MemoryStore store;
    fill(store, 120, 9);
    Topic topic;
    std::vector<EventCopy> all;
    for (const RecordedEvent& event : store.read_all(Position::start(), 1'000)) all.emplace_back(event);
    for (std::size_t n = 0; n < all.size(); ++n) {
      topic.publish(all[n].view());
      if (random() % 4 == 0) topic.publish(all[random() % (n + 1)].view());
    }
    FakeReadModel model;
    Ordered table{model};
    InParallel in_memory;
    ASSERT_TRUE(Replay(ReplaySource::feed(topic), {.threads = 2, .batch = 7}).add(table).add(in_memory).run().complete);
    ASSERT_EQ(by_aggregate_of(model.rows(), 9), by_aggregate(120, 9)) << "seed " << seed;
    ASSERT_EQ(in_memory.seen, by_aggregate(120, 9)) << "seed " << seed;
    ASSERT_EQ(model.checkpoint("Table"), topic.head(0));
    ASSERT_EQ(model.checkpoint("Table/1"), topic.head(1));
  }
}

// A Runner that saw the checkpoint of its partition set back is on its way again before the tables are empty: what it
// comes to then is in the old ones.
TEST(ReplayOfAFeed, brings_what_a_runner_passed_while_it_began) {
  MemoryStore store;
  fill(store, 30, 9);
  Topic topic;
  for (const RecordedEvent& event : store.read_all(Position::start(), 1'000)) topic.publish(event);
  FakeReadModel model;
  Ordered table{model};
  ASSERT_TRUE(Replay(ReplaySource::feed(topic)).add(table).run().complete);
  bool was_set_back = false;
  model.before_begin = [&] {
    if (model.checkpoint("Table/1") != Position::start() || was_set_back) return;
    was_set_back = true;
    model.set("Table/1", topic.head(1), model.rows());
  };
  ASSERT_TRUE(Replay(ReplaySource::feed(topic)).add(table).run().complete);
  EXPECT_TRUE(was_set_back);
  EXPECT_EQ(by_aggregate_of(model.rows(), 9), by_aggregate(30, 9));
  EXPECT_EQ(model.checkpoint("Table/1"), topic.head(1));
}

TEST(ReplayOfAFeed, that_died_before_all_partitions_were_set_back_begins_anew) {
  MemoryStore store;
  fill(store, 30, 9);
  Topic topic;
  for (const RecordedEvent& event : store.read_all(Position::start(), 1'000)) topic.publish(event);
  for (int dies_at = 1; dies_at <= 6; ++dies_at) {
    FakeReadModel model;
    Ordered table{model};
    ASSERT_TRUE(Replay(ReplaySource::feed(topic)).add(table).run().complete);
    int begun = 0;
    model.before_begin = [&] {
      if (++begun == dies_at) throw std::runtime_error{"killed"};
      if (begun == 3) model.set("Table/1", topic.head(1), model.rows());  // as above
    };
    EXPECT_THROW(Replay(ReplaySource::feed(topic)).add(table).run(), std::runtime_error);
    model.before_begin = {};
    ASSERT_TRUE(Replay(ReplaySource::feed(topic), {.resume = true}).add(table).run().complete);
    EXPECT_EQ(by_aggregate_of(model.rows(), 9), by_aggregate(30, 9)) << dies_at;
  }
}

TEST(ReplayOfAFeed, does_not_wait_for_what_the_broker_keeps_no_more) {
  MemoryStore store;
  fill(store, 60, 9);
  Topic topic;
  for (const RecordedEvent& event : store.read_all(Position::start(), 1'000)) topic.publish(event);
  ASSERT_NE(topic.head(0), Position::start());
  ASSERT_NE(topic.head(1), Position::start());
  topic.trim(1);
  FakeReadModel model;
  Ordered table{model};
  const ReplayOptions options{.patience = std::chrono::milliseconds{300}};
  const ReplayProgress done = Replay(ReplaySource::feed(topic), options).add(table).run();
  EXPECT_TRUE(done.complete);
  EXPECT_EQ(done.expected, static_cast<std::uint64_t>(topic.head(0).value()));
  EXPECT_EQ(model.rows().size(), done.expected);
}

TEST(ReplayOfAFeed, is_counted_in_a_dry_run) {
  MemoryStore store;
  fill(store, 30);
  FakeReadModel model;
  Ordered table{model};
  const ReplayProgress done = Replay(ReplaySource::feed(store), {.dry_run = true}).add(table).run();
  EXPECT_EQ(done.looked_at, 30U);
  EXPECT_EQ(done.projectors.front().handled, 30U);
}

// It may be of a chosen type.
TEST(ReplayOfAFeed, does_not_pass_what_cannot_be_read_when_types_are_chosen) {
  MemoryStore store;
  fill(store, 5, 1);
  Topic topic;
  for (const RecordedEvent& event : store.read_all(Position::start(), 1'000)) {
    RecordedEvent record = event;
    if (event.position == Position{3}) record.type = kUnreadable;
    topic.publish(record);
  }
  ByAggregate projector;
  EXPECT_THROW(Replay(ReplaySource::feed(topic), {.types = {"Counted"}}).add(projector).run(), HandlerFailed);
}

// A Runner that handles beside a scan is at a later place of the broker; its checkpoint never goes back.
TEST(ReplayOfAScan, leaves_the_checkpoint_where_somebody_else_moved_it) {
  MemoryStore store;
  fill(store, 100, 9);
  Topic topic;
  for (const RecordedEvent& event : store.read_all(Position::start(), 50)) topic.publish(event);
  FakeReadModel model;
  Ordered table{model};
  const Position moved{topic.head(0).value() + 5};
  int transactions = 0;
  model.before_begin = [&] {
    if (++transactions == 8) model.set("Table", moved, model.rows());
  };
  ShuffledScan scan{store, 4};
  ReplayOptions options;
  options.live = &topic;
  EXPECT_TRUE(Replay(ReplaySource::scan(scan, store, 2), options).add(table).run().complete);
  EXPECT_GT(transactions, 12);
  EXPECT_EQ(model.checkpoint("Table"), moved);
  EXPECT_EQ(by_aggregate_of(model.rows(), 9), by_aggregate(100, 9));
}

// A new projector on an old system: a scan of the store, then the broker, whose events overlap in any way. Events are
// stored and published while the scan runs.
TEST(ReplayOfAScan, hands_over_to_the_live_feed_without_a_hole_or_a_duplicate) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937 random{seed};
    MemoryStore store;
    Topic topic;
    std::size_t published = 0;
    int stored = 0;
    const auto append_some = [&](int events) {
      for (const int end = stored + events; stored < end; ++stored)
        append(store, "a" + std::to_string((stored + 1) % 9), counted(stored + 1));
    };
    const auto publish_some = [&](std::size_t events) {
      for (const RecordedEvent& event : store.read_all(Position{static_cast<std::int64_t>(published)}, events)) {
        topic.publish(event);
        ++published;
        if (random() % 6 == 0) {
          const auto old = static_cast<std::int64_t>(random() % published);
          topic.publish(store.read_all(Position{old}, 1)[0]);
        }
      }
    };
    append_some(60 + static_cast<int>(random() % 100));
    publish_some(1 + random() % 100);
    FakeReadModel model;
    Ordered table{model};
    model.after_commit = [&] {
      if (random() % 4 == 0) append_some(static_cast<int>(random() % 5));
      if (random() % 3 == 0) publish_some(1 + random() % 5);
    };
    ShuffledScan scan{store, seed};
    ReplayOptions options;
    options.live = &topic;
    options.batch = 5;
    ASSERT_TRUE(Replay(ReplaySource::scan(scan, store, 2), options).add(table).run().complete);
    model.after_commit = nullptr;
    append_some(20);
    publish_some(1'000);
    Runner runner{topic};
    runner.add(table);
    Running running{runner};
    for (std::int32_t partition = 0; partition < 2; ++partition) {
      const std::string key = partition == 0 ? "Table" : "Table/1";
      const Instant end = soon();
      while (model.checkpoint(key) != topic.head(partition)) {
        ASSERT_LT(system_clock().instant(), end) << "seed " << seed;
        std::this_thread::yield();
      }
    }
    ASSERT_EQ(text_of(running.stop()), "");
    ASSERT_EQ(by_aggregate_of(model.rows(), 9), by_aggregate(stored, 9)) << "seed " << seed;
  }
}

// Whatever is appended meanwhile, and whoever else handles: what replay and Runner made together is what live handling
// alone makes.
TEST(ReplayBesideARunner, ends_with_the_tables_of_live_handling) {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    std::mt19937 random{seed};
    MemoryStore store;
    const int before = static_cast<int>(random() % 300);
    const int during = static_cast<int>(random() % 300);
    fill(store, before, 5);
    FakeReadModel model;
    Table live{model};
    Runner runner{store};
    runner.add(live);
    Running running{runner};
    std::jthread writer{[&] {
      for (int n = before + 1; n <= before + during; ++n) append(store, "a" + std::to_string(n % 5), counted(n));
    }};
    Table again{model};
    for (bool complete = false; !complete;) {
      Replay replay{store, {.batch = 1 + random() % 20}};
      complete = replay.add(again).run().complete;
    }
    writer.join();
    ASSERT_TRUE(running.handled(store.head()));
    ASSERT_EQ(text_of(running.stop()), "");
    ASSERT_EQ(model.rows(), numbers(1, before + during)) << "seed " << seed;
  }
}

// The checkpoint is where the Runner left it, and what the replay parked is news to it.
TEST(ReplayBesideARunner, tells_it_what_was_parked) {
  MemoryStore store;
  fill(store, 30);
  FakeReadModel model;
  MemoryDeadLetterStore letters;
  Table live{model};
  RunnerOptions with_letters;
  with_letters.dead_letters = &letters;
  Runner runner{store, with_letters};
  runner.add(live);
  Running running{runner};
  ASSERT_TRUE(running.handled(Position{30}));
  Fragile fragile{model};
  fragile.fail_at = 20;  // of a2, as 23, 26 and 29
  Replay(store, {.on_error = OnReplayError::park, .dead_letters = &letters}).add(fragile).run();
  EXPECT_EQ(letters.count({}).letters, 4U);
  const Position last = append(store, "a2", counted(32));
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(letters.count({}).letters, 5U) << "the new event went behind them";
  EXPECT_EQ(runner.redrive("Table", "a2").handled, 5U);
  EXPECT_EQ(text_of(running.stop()), "");
  std::vector<int> rows = model.rows();
  std::sort(rows.begin(), rows.end());
  std::vector<int> expected = numbers(1, 30);
  expected.push_back(32);
  EXPECT_EQ(rows, expected);
}

TEST(ReplayPage, has_no_run_without_an_event) {
  runtime::ReplayPage page;
  page.add(EventPage{});
  EXPECT_TRUE(page.runs.empty());
}

TEST(PageWindow, keeps_readers_within_its_room_and_gives_every_consumer_every_page) {
  runtime::PageWindow window{3, 2};
  std::jthread reader{[&](const std::stop_token& stop) {
    for (std::uint64_t n = 0; n < 100; ++n) {
      auto page = std::make_shared<runtime::ReplayPage>();
      page->size = n;
      if (!window.push(std::move(page), stop)) return;
    }
    window.end();
  }};
  std::stop_source now;
  for (std::size_t n = 0; n < 100; ++n) {
    for (std::size_t consumer = 0; consumer < 2; ++consumer) {
      const auto page = window.take(consumer, {});
      ASSERT_NE(page, nullptr);
      ASSERT_EQ(page->size, n);
    }
  }
  EXPECT_EQ(window.take(0, {}), nullptr);
  EXPECT_FALSE(window.all_taken() && window.take(1, {}) != nullptr);
  EXPECT_TRUE(window.all_taken());
  now.request_stop();
  EXPECT_FALSE(window.wait_for_room(103, now.get_token())) << "beyond its room";
  EXPECT_TRUE(window.wait_for_room(102, {}));
}

TEST(PageWindow, ends_for_all_at_the_first_failure) {
  runtime::PageWindow window{1, 1};
  std::jthread consumer{[&] { EXPECT_EQ(window.take(0, {}), nullptr); }};
  std::jthread reader{[&] { EXPECT_FALSE(window.wait_for_room(5, {})); }};
  window.fail(std::make_exception_ptr(std::runtime_error{"first"}));
  window.fail(std::make_exception_ptr(std::runtime_error{"second"}));
  EXPECT_EQ(text_of(window.failure()), "first");
}

TEST(Pace, lets_so_many_events_a_second_through) {
  testing::VirtualClock clock;
  runtime::Pace pace{100, clock};
  EXPECT_EQ(pace.page(1'000), 10U);
  EXPECT_TRUE(pace.wait(10, {}));
  Signal passed;
  std::jthread reader{[&] {
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(pace.wait(10, {}));
      passed.raise();
    }
  }};
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(wait_for_threads(clock, 1));
    EXPECT_EQ(passed.count(), i - 1);
    clock.advance(std::chrono::milliseconds{100});
    ASSERT_TRUE(passed.wait_for(i));
  }
}

}  // namespace
}  // namespace leftfold::runtime_test
