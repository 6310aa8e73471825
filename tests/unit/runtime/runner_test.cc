// SPDX-License-Identifier: Apache-2.0
// What a Runner promises whatever its handlers are.
#include <gtest/gtest.h>

#include <leftfold/testing/virtual_clock.h>

#include "fake_read_model.h"
#include "scripted_feed.h"
#include "support.h"
#include "support/code_of.h"
#include "table.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using test_support::code_of;
using testing::VirtualClock;

TEST(Runner, delivers_to_listeners_and_projectors) {
  MemoryStore store;
  Recorder listener;
  Numbers projector;
  Runner runner{store};
  runner.add(listener).add(projector);
  Position last;
  for (int n = 0; n < 100; ++n) last = append(store, "a" + std::to_string(n % 7), counted(n));

  Running running{runner};
  ASSERT_TRUE(running.handled(last));
  last = append(store, "a0", counted(100));
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(text_of(running.stop()), "");

  EXPECT_EQ(listener.count(), 101);
  EXPECT_FALSE(listener.overlapped);
  EXPECT_EQ(projector.numbers, up_to(101));
  EXPECT_EQ(projector.resets, 1);
}

TEST(Runner, refuses_settings_that_cannot_work) {
  MemoryStore store;
  const auto with = [&store](auto change) {
    return code_of([&] {
      RunnerOptions options;
      change(options);
      const Runner runner{store, options};
    });
  };
  EXPECT_EQ(with([](RunnerOptions& o) { o.group.clear(); }), Errc::invalid_argument);
  EXPECT_EQ(with([](RunnerOptions& o) { o.workers = 0; }), Errc::invalid_argument);
  EXPECT_EQ(with([](RunnerOptions& o) { o.max_in_flight = 0; }), Errc::invalid_argument);
  EXPECT_EQ(with([](RunnerOptions& o) { o.drain = -1ms; }), Errc::invalid_argument);
  EXPECT_EQ(with([](RunnerOptions& o) { o.drain = std::chrono::milliseconds::max(); }), Errc::invalid_argument);
  EXPECT_EQ(with([](RunnerOptions& o) { o.look_every = std::chrono::milliseconds::max(); }), Errc::invalid_argument);

  Recorder listener;
  Numbers numbers;
  Numbers more_numbers;
  Runner runner{store};
  runner.add(numbers);
  EXPECT_EQ(code_of([&] { runner.add(more_numbers); }), Errc::invalid_argument) << "the same name";
  EXPECT_EQ(code_of([&] { runner.add(numbers, {.name = "Other"}); }), Errc::invalid_argument) << "the same object";
  EXPECT_EQ(code_of([&] { runner.add(more_numbers, {.name = "Other", .start = StartFrom::latest}); }),
            Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { runner.add(listener, {.checkpoint_every = -1ms}); }), Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { runner.add(listener, {.checkpoint_every = std::chrono::milliseconds::max()}); }),
            Errc::invalid_argument);
  FakeReadModel model;
  Table stored{model};
  for (const char* name : {"Numbers/7", "Numbers#reached", "a/b/10"}) {
    EXPECT_EQ(code_of([&] { runner.add(stored, {.name = name}); }), Errc::invalid_argument) << name;
  }
  EXPECT_EQ(runner.status().size(), 1U) << "nothing was added";
  EXPECT_EQ(code_of([&] { runner.read(listener, [](const Recorder&) {}); }), Errc::invalid_argument);
}

TEST(Runner, takes_names_that_are_no_partitions_of_a_read_model) {
  MemoryStore store;
  FakeReadModel model;
  for (const char* name : {"Numbers/", "/7x", "Numbers7", "7"}) {
    Table stored{model};
    EXPECT_EQ(Runner{store}.add(stored, {.name = name}).status().at(0).name, RunnerOptions{}.group + "." + name);
  }
  Numbers in_memory;
  EXPECT_EQ(Runner{store}.add(in_memory, {.name = "Numbers/7"}).status().size(), 1U);
}

TEST(Runner, refuses_handlers_while_it_runs) {
  MemoryStore store;
  Numbers numbers;
  Recorder late;
  Runner runner{store};
  runner.add(numbers);
  Running running{runner};
  ASSERT_TRUE(running.handled(append(store, "a", counted(0))));
  EXPECT_EQ(code_of([&] { runner.add(late); }), Errc::invalid_argument);
  EXPECT_EQ(text_of(running.stop()), "");
  runner.add(late);
  Running again{runner};
  ASSERT_TRUE(late.finished.wait_for(1));
}

TEST(Runner, without_a_handler_waits_for_its_stop) {
  MemoryStore store;
  Runner runner{store};
  Running running{runner};
  EXPECT_TRUE(running.handled(Position{7})) << "nobody is waited for";
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_TRUE(runner.status().empty());
}

TEST(Runner, that_is_stopped_before_it_runs_returns) {
  MemoryStore store;
  Recorder listener;
  Runner runner{store};
  runner.add(listener);
  std::stop_source stop;
  stop.request_stop();
  runner.run(stop.get_token());
  EXPECT_EQ(runner.status().at(0).state, "stopped");
}

TEST(Runner, stops_while_another_process_has_the_work) {
  MemoryStore store;
  const auto owner = store.subscribe({"example-group.Recorder"});
  ASSERT_EQ(owner->take(0, {}, soon()).assigned.size(), 1U);
  Recorder listener;
  Runner runner{store};
  runner.add(listener);
  Running running{runner};
  EXPECT_FALSE(runner.wait_until_handled(Position{1}, {}, system_clock().instant() + 1ms));
  EXPECT_EQ(text_of(running.stop()), "");
}

TEST(Runner, runs_again) {
  MemoryStore store;
  Recorder listener;
  Runner runner{store};
  runner.add(listener);
  for (int n = 0; n < 3; ++n) {
    Running running{runner};
    const Position last = append(store, "a", counted(n));
    ASSERT_TRUE(listener.finished.wait_for(n + 1));
    EXPECT_EQ(text_of(running.stop()), "");
    EXPECT_EQ(runner.status().at(0).done, last);
  }
  EXPECT_EQ(listener.of("a"), up_to(3));
}

TEST(Runner, runs_again_after_a_failure) {
  MemoryStore store;
  Recorder listener;
  listener.fail_at = 1;
  Runner runner{store};
  runner.add(listener);
  for (int n = 0; n < 3; ++n) append(store, "a", counted(n));
  {
    Running running{runner};
    EXPECT_NE(text_of(running.wait()), "");
  }
  listener.fail_at = -1;
  Running running{runner};
  ASSERT_TRUE(listener.finished.wait_for(3));
  EXPECT_EQ(listener.of("a"), up_to(3));
}

TEST(Runner, waiting_ends_at_its_deadline_its_stop_and_the_end_of_the_run) {
  VirtualClock clock;
  ScriptedFeed feed{clock};
  Recorder listener;
  RunnerOptions options;
  options.clock = &clock;
  Runner runner{feed, options};
  runner.add(listener);
  feed.assign(0, 1);
  Running running{runner};
  ASSERT_TRUE(feed.wait_until_idle());

  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(runner.wait_until_handled(Position{1}, stop.get_token(), kNever));
  EXPECT_FALSE(runner.wait_until_handled(Position{1}, {}, clock.instant()));
  bool result = true;
  {
    const std::jthread waiter{[&] { result = runner.wait_until_handled(Position{1}, {}, clock.instant() + 1h); }};
    ASSERT_TRUE(wait_for_threads(clock, 3));  // run(), the poll thread and the waiter
    clock.advance(1h);
  }
  EXPECT_FALSE(result);
  result = true;
  {
    const std::jthread waiter{[&] { result = runner.wait_until_handled(Position{1}, {}, kNever); }};
    ASSERT_TRUE(wait_for_threads(clock, 3));
    EXPECT_EQ(text_of(running.stop()), "");
  }
  EXPECT_FALSE(result);
  EXPECT_FALSE(runner.wait_until_handled(Position{1}, {}, kNever)) << "not running any more";
  EXPECT_TRUE(runner.wait_until_handled(Position{0}, {}, kNever));
}

TEST(Runner, waiting_may_begin_before_the_run) {
  MemoryStore store;
  Numbers numbers;
  Runner runner{store};
  runner.add(numbers);
  const Position last = append(store, "a", counted(0));
  bool result = false;
  std::jthread waiter{[&] { result = runner.wait_until_handled(last, {}, soon()); }};
  Running running{runner};
  waiter.join();
  EXPECT_TRUE(result);
}

TEST(Runner, reports_each_subscription) {
  ScriptedFeed feed;
  Recorder listener;
  RunnerOptions options;
  options.group = "shop";
  Runner runner{feed, options};
  runner.add(listener, {.name = "Mails"});
  SubscriptionStatus status = runner.status().at(0);
  EXPECT_EQ(status.name, "shop.Mails");
  EXPECT_EQ(status.kind, "listener");
  EXPECT_EQ(status.state, "stopped");
  Running running{runner};
  ASSERT_TRUE(feed.wait_until_idle());
  EXPECT_EQ(runner.status().at(0).state, "waiting");
  feed.assign(0, 1, 5);
  ASSERT_TRUE(running.handled(Position{5}));
  status = runner.status().at(0);
  EXPECT_EQ(status.state, "running");
  EXPECT_EQ(status.done, Position{5});
}

TEST(Runner, says_at_the_start_what_each_handler_receives_and_ignores) {
  struct Lines final : Logger {
    using Logger::log;
    bool enabled(LogLevel) const noexcept override { return true; }
    void log(LogLevel, std::string_view component, std::string_view message,
             std::span<const LogField> fields) noexcept override {
      const std::scoped_lock lock{mutex};
      text.append(component).append(": ").append(message);
      for (const LogField& field : fields) text.append(" ").append(field.key).append("=").append(field.value);
      text.append("\n");
    }
    std::mutex mutex;
    std::string text;
  };
  MemoryStore store;
  Lines lines;
  Numbers numbers;
  RunnerOptions options;
  options.log = &lines;
  Runner runner{store, options};
  runner.add(numbers);
  Running running{runner};
  ASSERT_TRUE(running.handled(append(store, "a", counted(0))));
  EXPECT_EQ(text_of(running.stop()), "");
  EXPECT_NE(
      lines.text.find(
          "example-group.Numbers: runs kind=projector table=memory workers=1 when_exhausted=fail_fast receives=Counted "
          "ignores=Ignored without_checkpoint=beginning"),
      std::string::npos)
      << lines.text;
  EXPECT_NE(lines.text.find("starts from the beginning"), std::string::npos) << lines.text;
}

// A run at rest makes no calls of the feed: it waits for signals only.
TEST(Runner, does_not_poll) {
  VirtualClock clock;
  ScriptedFeed feed{clock};
  Recorder listener;
  RunnerOptions options;
  options.clock = &clock;
  Runner runner{feed, options};
  runner.add(listener);
  feed.assign(0, 1);
  feed.event(1, "a");
  Running running{runner};
  ASSERT_TRUE(feed.wait_for_checkpoint(0, 1));
  ASSERT_TRUE(feed.wait_until_idle());
  const int takes = feed.takes();
  for (int i = 0; i < 100; ++i) clock.advance(1h);
  feed.event(2, "a");
  ASSERT_TRUE(running.handled(Position{2}));
  EXPECT_LE(feed.takes() - takes, 4);
}

}  // namespace
}  // namespace leftfold::runtime_test
