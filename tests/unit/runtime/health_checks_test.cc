// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include <leftfold/health_checks.h>
#include <leftfold/memory.h>
#include <leftfold/metrics.h>

#include "runtime/head_watch.h"
#include "scripted_feed.h"
#include "support.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using leftfold::runtime::HeadWatch;

CheckedHealth named(const HealthReport& report, const std::string& name) {
  for (const CheckedHealth& each : report.checks) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << "no check " << name;
  return {};
}

/// Does not return from an event until it is let go.
struct Hangs : Listener<TestEvents> {
  void on(const Counted&) {
    while (!free) std::this_thread::yield();
  }
  std::atomic<bool> free{false};
};

struct HealthChecks : ::testing::Test {
  HealthChecks() {
    options.metrics = &metrics;
    options.look_every = 1ms;
  }
  template <class Holds>
  bool comes_to(const Health& health, const std::string& name, Holds holds) {
    const Instant patience = soon();
    while (!holds(last = named(health.check(), name).answer)) {
      if (system_clock().instant() > patience) return false;
      std::this_thread::yield();
    }
    return true;
  }
  bool comes_to(const Health& health, const std::string& name, HealthState state) {
    return comes_to(health, name, [state](const HealthAnswer& answer) { return answer.state == state; });
  }

  Metrics metrics;
  MemoryStore store;
  RunnerOptions options;
  HealthAnswer last;
};

TEST_F(HealthChecks, AHandlerThatHangsIsBehindAndThenTheProcessIsNotAlive) {
  Hangs hangs;
  Runner runner{store, options};
  runner.add(hangs);
  Health health;
  add_checks(health, runner, {.max_lag = 1, .max_stall = 20ms});
  EXPECT_EQ(named(health.check(), "handlers").answer.state, HealthState::failed) << "it does not run yet";
  EXPECT_EQ(named(health.check(), "runner").answer.state, HealthState::ok);
  (void)append(store, "a", counted(1));
  (void)append(store, "b", counted(2));
  auto running = runner.start();
  EXPECT_TRUE(comes_to(health, "handlers", HealthState::ok)) << last.text;
  EXPECT_TRUE(comes_to(health, "handler example-group.Hangs", HealthState::failed));
  EXPECT_NE(last.text.find("behind by 2 events"), std::string::npos) << last.text;
  EXPECT_TRUE(comes_to(health, "runner", HealthState::failed));
  EXPECT_NE(last.text.find("hangs"), std::string::npos) << last.text;
  EXPECT_EQ(health.check().state(HealthScope::ready), HealthState::ok);
  hangs.free = true;
  EXPECT_TRUE(comes_to(health, "runner", HealthState::ok));
  EXPECT_TRUE(comes_to(health, "handler example-group.Hangs", HealthState::ok));
  running.finish();
}

TEST_F(HealthChecks, ALittleBehindIsNoFailureOfTheHandler) {
  Hangs hangs;
  Runner runner{store, options};
  runner.add(hangs);
  Health health;
  add_checks(health, runner, {.max_lag = 100, .max_stall = 1ms});
  (void)append(store, "a", counted(1));
  auto running = runner.start();
  EXPECT_TRUE(comes_to(health, "runner", HealthState::failed)) << "the process is looked at all the same";
  EXPECT_EQ(named(health.check(), "handler example-group.Hangs").answer.state, HealthState::ok);
  hangs.free = true;
  running.finish();
}

/// The same on a clock that the test moves. The Runner looked a second ago at most when pass_seconds()
/// returns.
struct HealthInTime : ::testing::Test {
  static constexpr std::chrono::milliseconds kStall = 2s;

  HealthInTime() {
    clock.advance(24h);  // as a machine that has been up for long
    feed.end_at(200);
    feed.assign(0, 1);
    feed.event(1, "a");
    feed.event(2, "b");
    runner.add(hangs);
    add_checks(health, runner, {.max_lag = 100, .max_stall = kStall, .clock = &clock});
  }
  ~HealthInTime() override { hangs.free = true; }  // before the run ends

  static RunnerOptions options_of(Metrics& metrics, Clock& clock) {
    RunnerOptions options;
    options.metrics = &metrics;
    options.clock = &clock;
    return options;
  }
  template <class Done>
  bool comes(Done done) {
    const Instant patience = soon();
    while (!late && !done()) {
      late = system_clock().instant() > patience;
      std::this_thread::yield();
    }
    return !late;
  }
  void pass_seconds(int count) {
    for (int i = 0; i < count; ++i) {
      clock.advance(1s);
      EXPECT_TRUE(comes([&] { return runner.status()[0].looked <= 1s; })) << "nobody looks";
    }
  }
  void begin() {
    running.emplace(runner.start());
    EXPECT_TRUE(comes([&] { return runner.status()[0].in_flight == 2; }));
    EXPECT_TRUE(comes([&] {
      if (runner.status()[0].lag == 200) return true;
      clock.advance(1ms);  // the keeper counts its second from when it begins
      return false;
    }));
  }
  HealthState says(const std::string& check) { return named(health.check(), check).answer.state; }
  HealthState alive() { return says("runner"); }
  HealthState handler() { return says("handler example-group.Hangs"); }

  testing::VirtualClock clock;
  Metrics metrics;
  ScriptedFeed feed{clock};
  Hangs hangs;
  Runner runner{feed, options_of(metrics, clock)};
  Health health;
  std::optional<leftfold::Running> running;
  bool late = false;
};

TEST_F(HealthInTime, StandsStillFromTheFirstLookOn) {
  begin();
  EXPECT_EQ(alive(), HealthState::ok) << "it has been behind for a second at most";
  EXPECT_EQ(handler(), HealthState::ok);
  pass_seconds(5);
  EXPECT_EQ(handler(), HealthState::failed);
  EXPECT_EQ(alive(), HealthState::ok);
  pass_seconds(6);
  EXPECT_EQ(alive(), HealthState::failed);
}

TEST_F(HealthInTime, AfterABreakerWasOpenTheProcessHasItsTimeAnew) {
  begin();
  runner.breaker("Hangs").force_open();
  pass_seconds(60);
  runner.breaker("Hangs").reset();
  EXPECT_EQ(alive(), HealthState::ok) << "nothing could be finished in that minute";
  EXPECT_EQ(handler(), HealthState::failed) << "people are told all the same";
  pass_seconds(11);
  EXPECT_EQ(alive(), HealthState::failed);
}

TEST_F(HealthInTime, AProcessIsNotEndedForABrokerThatDoesNotAnswer) {
  begin();
  feed.fail_heads(true);
  pass_seconds(20);
  EXPECT_EQ(alive(), HealthState::ok);
  EXPECT_EQ(handler(), HealthState::failed);
  feed.fail_heads(false);
  pass_seconds(1);
  EXPECT_EQ(alive(), HealthState::ok);
}

TEST_F(HealthInTime, AProcessIsNotEndedForAStoreThatDoesNotAnswerACallThatIsRepeated) {
  begin();
  for (int i = 0; i < 16; ++i) feed.fail_take(Errc::unavailable);  // with pauses of 2 s and less: for 20 s
  pass_seconds(15);
  EXPECT_EQ(alive(), HealthState::ok);
  EXPECT_EQ(handler(), HealthState::failed);
}

TEST(HeadWatch, IsFrozenWhenMoreIsStoredAndNothingArrives) {
  HeadWatch watch;
  const Instant begin{1h};
  EXPECT_EQ(watch.frozen_for({10, 10}, begin), 0ms);
  EXPECT_EQ(watch.frozen_for({10, 10}, begin + 90s), 0ms) << "nothing was stored";
  EXPECT_EQ(watch.frozen_for({10, 13}, begin + 100s), 0ms) << "counted from here";
  EXPECT_EQ(watch.frozen_for({10, 20}, begin + 130s), 30s);
  EXPECT_EQ(watch.stored_since({10, 20}), 10);
  EXPECT_EQ(watch.frozen_for({11, 21}, begin + 140s), 0ms) << "one arrived";
  EXPECT_EQ(watch.frozen_for({11, 21}, begin + 240s), 0ms);
}

TEST(HeadCheck, FailsWhenTheHeadIsFrozenForTooLong) {
  HeadCounts now{5, 5};
  Health health;
  add_head_check(health, [&now] { return now; }, {.max_stall = 0ms});
  EXPECT_EQ(health.check().state(), HealthState::ok);
  now.stored = 6;
  const Instant patience = soon();
  while (health.check().state() == HealthState::ok && system_clock().instant() < patience) std::this_thread::yield();
  EXPECT_EQ(health.check().state(), HealthState::failed);
  EXPECT_NE(health.check().checks[0].answer.text.find("although 1 event"), std::string::npos);
  now.delivered = 6;
  EXPECT_EQ(health.check().state(), HealthState::ok);
}

}  // namespace
}  // namespace leftfold::runtime_test
