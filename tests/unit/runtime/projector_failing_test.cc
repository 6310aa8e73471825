// SPDX-License-Identifier: Apache-2.0
// What a Runner does when a Projector fails: the others go on, and what is in the table is there once.
#include <gtest/gtest.h>

#include <stdexcept>

#include "failing_support.h"
#include "fake_read_model.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kName = "Table";

// Asks `behave(aggregate, n, call)` about each event, call counting from 1; it throws or returns.
struct MoodyTable : Projector<TestEvents> {
  explicit MoodyTable(FakeReadModel& m) : model{m} {}
  FakeReadModel& read_model() { return model; }
  void reset() { model.clear(); }
  void on(const Counted& event, const EventMetadata& meta) {
    if (behave) behave(meta.aggregate_id, event.n, ++calls[event.n]);
    model.add(event.n);
  }
  FakeReadModel& model;
  Moody::Behave behave;  // set before the run, or where no event is on its way
  std::map<int, int> calls;
};

// One process with the projector; its memory ends with it.
class ProjectorProcess {
 public:
  ProjectorProcess(testing::VirtualClock& clock, EventFeed& feed, FakeReadModel& model, DeadLetterStore* letters,
                   Moody::Behave behave, const FailureOptions& failures = {})
      : clock_{clock}, table{model} {
    RunnerOptions options;
    options.group = "g";
    options.clock = &clock;
    options.dead_letters = letters;
    runner.emplace(feed, options);
    HandlerOptions own;
    own.name = kName;
    own.failures = failures;
    table.behave = std::move(behave);
    runner->add(table, own);
  }
  template <class Done>
  [[nodiscard]] bool pass_time_until(Done done) {
    return runtime_test::pass_time_until(clock_, 4, done, 250ms);  // run, poll, keeper, re-drive
  }
  [[nodiscard]] SubscriptionStatus status() const { return runner->status().front(); }

 private:
  testing::VirtualClock& clock_;

 public:
  MoodyTable table;
  std::optional<Runner> runner;
};

class ProjectorFailing : public ::testing::Test {
 protected:
  [[nodiscard]] ProjectorProcess process(Moody::Behave behave, const FailureOptions& failures = {}) {
    return {clock, store, model, &letters, std::move(behave), failures};
  }
  [[nodiscard]] bool comes_to(const ProjectorProcess& process, Position done, std::size_t waiting) {
    for (const Instant end = soon(); system_clock().instant() < end; std::this_thread::yield()) {
      const SubscriptionStatus status = process.status();
      if (status.head >= done && status.waiting == waiting) return true;
    }
    return false;
  }

  testing::VirtualClock clock;
  MemoryStore store{clock};
  MemoryDeadLetterStore letters{clock};
  FakeReadModel model;
};

Moody::Behave fails(int at, int times) {
  return [at, times](const std::string&, int n, int call) {
    if (n == at && call <= times) throw std::runtime_error{"no such luck"};
  };
}

Moody::Behave poison(int at) {
  return [at](const std::string&, int n, int) {
    if (n == at) throw Park{"never"};
  };
}

TEST_F(ProjectorFailing, without_failures_no_row_is_looked_up_for_an_event) {
  Position last;
  for (int n = 0; n < 1000; ++n) last = append(store, "a" + std::to_string(n % 7), counted(n));
  ProjectorProcess p = process({});
  Running running{*p.runner};
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_LE(model.look_ups, model.transactions);  // of the count of changes
  EXPECT_EQ(model.handled_rows(kName), 0U);
}

TEST_F(ProjectorFailing, one_that_fails_once_is_tried_again_at_once) {
  append(store, "a", counted(0));
  const Position last = append(store, "b", counted(1));
  ProjectorProcess p = process(fails(0, 1));
  Running running{*p.runner};
  ASSERT_TRUE(running.handled(last));  // no time passes
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 1}));
}

TEST_F(ProjectorFailing, others_go_on_while_one_waits_and_the_checkpoint_stays_before_it) {
  append(store, "b", counted(0));
  append(store, "a", counted(1));
  append(store, "b", counted(2));
  append(store, "a", counted(3));
  const Position last = append(store, "b", counted(4));
  ProjectorProcess p = process(fails(1, 3));
  Running running{*p.runner};
  ASSERT_TRUE(comes_to(p, last, 1));
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 2, 4}));
  EXPECT_EQ(model.checkpoint(kName), Position{1});
  EXPECT_EQ(model.handled(kName, "b"), Version{2});
  EXPECT_EQ(p.status().done, Position{1});
  EXPECT_EQ(p.status().in_flight, 2U);
  ASSERT_TRUE(p.pass_time_until([&] { return p.status().done == last; }));
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 2, 4, 1, 3}));
  EXPECT_EQ(model.checkpoint(kName), last);
  EXPECT_EQ(model.handled_rows(kName), 0U);
}

TEST_F(ProjectorFailing, what_went_on_before_a_crash_is_not_handled_again) {
  append(store, "a", counted(0));
  Position last;
  for (int n = 1; n < 20; ++n) last = append(store, n % 3 == 0 ? "a" : "b" + std::to_string(n % 4), counted(n));
  {
    ProjectorProcess p = process(fails(0, 1'000'000), [] {
      FailureOptions failures;
      failures.retry.max_attempts = 1'000;
      return failures;
    }());
    Running running{*p.runner};
    ASSERT_TRUE(comes_to(p, last, 1));
    EXPECT_EQ(text_of(running.stop()), "");
  }
  EXPECT_EQ(model.checkpoint(kName), Position{0});
  const std::vector<int> before = model.rows();
  EXPECT_EQ(before.size(), 13U);
  ProjectorProcess p = process({});
  Running running{*p.runner};
  ASSERT_TRUE(running.handled(last));
  std::vector<int> rows = model.rows();
  EXPECT_TRUE(std::equal(before.begin(), before.end(), rows.begin()));
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows, up_to(20));
  EXPECT_EQ(model.handled_rows(kName), 0U);
}

TEST_F(ProjectorFailing, poison_is_parked_with_its_followers_and_re_driven_in_order_before_what_comes_later) {
  Position last;
  for (int n = 0; n < 10; ++n) last = append(store, n % 2 == 0 ? "a" : "b", counted(n));
  ProjectorProcess p = process(poison(4));
  Running running{*p.runner};
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 1, 2, 3, 5, 7, 9}));
  EXPECT_EQ(letters.letters("g.Table", "a", std::nullopt, 10).size(), 3U);
  EXPECT_EQ(model.checkpoint(kName), last);
  EXPECT_EQ(model.handled(kName, "a"), Version{1});
  EXPECT_EQ(p.runner->redrive(kName, "a").end, RedriveReport::End::failed);
  EXPECT_EQ(p.status().parked, 3U);
  EXPECT_EQ(p.table.calls[6], 0);

  p.table.behave = {};
  last = append(store, "a", counted(10));  // behind the others
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(letters.letters("g.Table", "a", std::nullopt, 10).size(), 4U);
  const RedriveReport report = p.runner->redrive(kName, "a");
  EXPECT_EQ(report.end, RedriveReport::End::finished) << report.error;
  EXPECT_EQ(report.handled, 4U);
  EXPECT_EQ(model.handled(kName, "a"), Version{5});
  last = append(store, "a", counted(12));
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(model.rows(), (std::vector<int>{0, 1, 2, 3, 5, 7, 9, 4, 6, 8, 10, 12}));
  EXPECT_EQ(model.handled_rows(kName), 0U);
}

TEST_F(ProjectorFailing, retries_that_are_used_up_park_and_more_waiting_than_allowed_parks_early) {
  FailureOptions failures;
  failures.max_waiting = 3;
  failures.retry.max_elapsed = std::chrono::hours{24};  // the clock may run ahead of a thread that is slow
  append(store, "a", counted(0));
  Position last;
  for (int n = 1; n < 6; ++n) last = append(store, "a", counted(n));
  last = append(store, "b", counted(6));
  ProjectorProcess p = process(
      [](const std::string&, int n, int) {
        if (n == 0 || n == 7) throw std::runtime_error{"never"};
      },
      failures);
  Running running{*p.runner};
  ASSERT_TRUE(running.handled(last));  // no time passes: early
  const std::vector<DeadLetter> parked = letters.letters("g.Table", "a", std::nullopt, 10);
  ASSERT_EQ(parked.size(), 6U);
  EXPECT_EQ(parked.front().reason, ParkReason::overflow);
  EXPECT_EQ(parked.back().reason, ParkReason::follower);
  last = append(store, "c", counted(7));
  ASSERT_TRUE(p.pass_time_until([&] { return p.status().done == last; }));
  EXPECT_EQ(letters.letters("g.Table", "c", std::nullopt, 10).front().attempts, RetryPolicy{}.max_attempts);
  EXPECT_EQ(model.rows(), std::vector<int>{6});
}

TEST_F(ProjectorFailing, what_is_unavailable_is_held_and_never_parked) {
  append(store, "a", counted(0));
  const Position last = append(store, "b", counted(1));
  ProjectorProcess p = process([](const std::string& aggregate, int, int call) {
    if (aggregate == "a" && call <= 20) throw Unavailable{"down"};
  });
  Running running{*p.runner};
  ASSERT_TRUE(comes_to(p, last, 1));
  ASSERT_TRUE(p.pass_time_until([&] { return p.status().done == last; }));
  EXPECT_EQ(model.rows(), (std::vector<int>{1, 0}));
  EXPECT_EQ(letters.count({}).letters, 0U);
}

TEST_F(ProjectorFailing, an_open_breaker_takes_nothing_and_keeps_the_partition) {
  ProjectorProcess p = process({});
  p.runner->breaker(kName).force_open();
  append(store, "a", counted(0));
  const Position last = append(store, "b", counted(1));
  Running running{*p.runner};
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(wait_for_threads(clock, 4));
    clock.advance(1s);
  }
  EXPECT_TRUE(model.rows().empty());
  EXPECT_NE(p.status().state, "failed");
  p.runner->breaker(kName).reset();
  append(store, "b", counted(2));
  ASSERT_TRUE(running.stop() == nullptr);
  Running again{*p.runner};
  ASSERT_TRUE(p.pass_time_until([&] { return p.status().done > last; }));
  EXPECT_EQ(model.rows(), up_to(3));
}

TEST_F(ProjectorFailing, an_event_that_waited_behind_the_breaker_before_its_first_failure_has_all_its_tries) {
  clock.advance(24h);  // a machine that has been up for longer than max_elapsed
  ProjectorProcess p = process(fails(0, 3));
  p.runner->breaker(kName).force_open();
  const Position last = append(store, "a", counted(0));
  Running running{*p.runner};
  ASSERT_TRUE(comes_to(p, Position::start(), 0));
  ASSERT_TRUE(p.pass_time_until([&] { return p.status().in_flight == 1; }));
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(wait_for_threads(clock, 4));
    clock.advance(1s);
  }
  p.runner->breaker(kName).reset();
  ASSERT_TRUE(p.pass_time_until([&] { return p.status().done == last; }));
  EXPECT_EQ(model.rows(), (std::vector<int>{0}));
  EXPECT_EQ(letters.count({}).letters, 0U);
}

TEST_F(ProjectorFailing, an_event_that_cannot_be_parked_stops_before_it) {
  append(store, "b", counted(0));
  append(store, "a", counted(1));
  const Position last = append(store, "b", counted(2));
  FailureOptions failures;
  failures.limits.sequences = 1;
  const DeadLetter full = [] {
    DeadLetter letter;
    letter.sequence = "other";
    letter.event.aggregate_id = "other";
    letter.event.version = Version{0};
    letter.event.type = "Counted";
    letter.event.payload = "{}";
    return letter;
  }();
  letters.park("g.Table", {&full, 1}, {});
  ProjectorProcess p = process(poison(1), failures);
  Running running{*p.runner};
  EXPECT_NE(text_of(running.wait()).find("cannot be parked"), std::string::npos);
  EXPECT_EQ(model.checkpoint(kName), Position{1});
  EXPECT_LT(model.checkpoint(kName), last);
  EXPECT_EQ(letters.letters("g.Table", "a", std::nullopt, 10).size(), 0U);
}

TEST_F(ProjectorFailing, fatal_stops_before_the_event_and_only_this_subscription_when_it_is_to) {
  for (int n = 0; n < 5; ++n) append(store, "a", counted(n));
  FailureOptions failures;
  failures.on_fatal = OnFatal::stop_subscription;
  ProjectorProcess p = process(
      [](const std::string&, int n, int) {
        if (n == 3) throw Stop{"no"};
      },
      failures);
  Numbers other;
  p.runner->add(other);
  Running running{*p.runner};
  ASSERT_TRUE(p.pass_time_until([&] { return p.status().state == "failed"; }));
  ASSERT_TRUE(p.pass_time_until([&] { return p.runner->status().back().done == Position{5}; }));
  EXPECT_EQ(model.rows(), up_to(3));
  EXPECT_EQ(model.checkpoint(kName), Position{3});
  EXPECT_NE(p.status().failure.find("position 4"), std::string::npos) << p.status().failure;
  EXPECT_EQ(text_of(running.stop()), "");
}

TEST_F(ProjectorFailing, a_table_in_memory_waits_and_then_stops_as_nothing_of_it_is_parked) {
  struct Memory : Projector<TestEvents> {
    void on(const Counted& event) {
      if (event.n == 1 && ++calls <= bad) throw std::runtime_error{"no such luck"};
      numbers.push_back(event.n);
    }
    void reset() { numbers.clear(); }
    std::vector<int> numbers;
    int calls = 0;
    int bad = 3;
  };
  append(store, "b", counted(0));
  append(store, "a", counted(1));
  Position last = append(store, "b", counted(2));
  RunnerOptions options;
  options.clock = &clock;
  options.dead_letters = &letters;
  Memory memory;
  Runner runner{store, options};
  HandlerOptions own;
  own.failures.on_fatal = OnFatal::stop_subscription;
  runner.add(memory, own);
  {
    Running running{runner};
    ASSERT_TRUE(pass_time_until(clock, 4, [&] { return runner.status().front().done == last; }));
    EXPECT_EQ(text_of(running.stop()), "");
  }
  EXPECT_EQ(memory.numbers, (std::vector<int>{0, 2, 1}));
  memory.calls = 0;
  memory.bad = 1'000'000;
  Running running{runner};
  ASSERT_TRUE(pass_time_until(clock, 4, [&] { return runner.status().front().state == "failed"; }));
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_NE(runner.status().front().failure.find("position 2"), std::string::npos);
  EXPECT_EQ(memory.numbers, (std::vector<int>{0, 2}));
  EXPECT_EQ(letters.count({}).letters, 0U);
}

}  // namespace
}  // namespace leftfold::runtime_test
