// SPDX-License-Identifier: Apache-2.0
#include <leftfold/circuit_breaker.h>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "breaker_support.h"

namespace leftfold {
namespace {

using namespace std::chrono_literals;
using test_support::fail;
using test_support::fail_until_open;
using test_support::quick_options;
using test_support::succeed;

class CircuitBreakerTest : public ::testing::Test {
 public:
  testing::VirtualClock clock;
  CircuitBreaker breaker{"payments", quick_options(), clock};

  [[nodiscard]] bool passes(const std::string& key) { return breaker.try_acquire(key).has_value(); }
  // To just after the open time of now.
  void wait_for_half_open() {
    clock.advance(breaker.closed_until().value() - clock.instant());
    ASSERT_EQ(breaker.state(), BreakerState::half_open);
  }
};

TEST_F(CircuitBreakerTest, OpensWhenHalfOfEnoughCallsFailed) {
  succeed(breaker, "a");
  succeed(breaker, "b");
  fail(breaker, "c");
  EXPECT_EQ(breaker.state(), BreakerState::closed) << "three calls are too few";
  fail(breaker, "d");
  EXPECT_EQ(breaker.state(), BreakerState::open);
  EXPECT_FALSE(passes("a"));
  EXPECT_EQ(breaker.closed_until(), clock.instant() + 1s);
  const BreakerStatus status = breaker.status();
  EXPECT_EQ(status.name, "payments");
  EXPECT_EQ(status.calls, 4U);
  EXPECT_EQ(status.failures, 2U);
  EXPECT_EQ(status.distinct_failures, 2U);
  EXPECT_EQ(status.retry_at, clock.instant() + 1s);
  EXPECT_FALSE(status.remote);
}

TEST_F(CircuitBreakerTest, ASuccessThatMakesTheCallsEnoughMayOpenIt) {
  for (const char* key : {"a", "b", "c"}) fail(breaker, key);
  succeed(breaker, "d");
  EXPECT_EQ(breaker.state(), BreakerState::open);
}

TEST_F(CircuitBreakerTest, OneBadAggregateNeverOpensIt) {
  for (int i = 0; i < 1000; ++i) fail(breaker, "poison");
  EXPECT_EQ(breaker.state(), BreakerState::closed);
  fail(breaker, "another");
  EXPECT_EQ(breaker.state(), BreakerState::open);
}

TEST_F(CircuitBreakerTest, CallsWithoutAKeyCountEachForItself) {
  for (int i = 0; i < 4; ++i) fail(breaker, "");
  EXPECT_EQ(breaker.state(), BreakerState::open);
}

TEST_F(CircuitBreakerTest, OpensWhenMostCallsAreSlow) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(breaker.state(), BreakerState::closed);
    std::optional<CircuitBreaker::Permit> permit = breaker.try_acquire("slow-" + std::to_string(i));
    ASSERT_TRUE(permit);
    clock.advance(i == 0 ? 5s : 5s + 1ns);  // the first is not slow yet
    permit->succeeded();
  }
  EXPECT_EQ(breaker.state(), BreakerState::open) << "4 of 5";
  EXPECT_EQ(breaker.status().slow, 4U);
}

TEST_F(CircuitBreakerTest, OnlyTransientAndUnavailableFailuresCount) {
  for (int i = 0; i < 10; ++i) {
    fail(breaker, std::to_string(i), FailureClass::permanent);
    fail(breaker, std::to_string(i), FailureClass::fatal);
    EXPECT_TRUE(passes("dropped without a result"));
  }
  EXPECT_EQ(breaker.status().calls, 0U);
  fail(breaker, "a", FailureClass::duplicate);
  EXPECT_EQ(breaker.status().calls, 1U);
  EXPECT_EQ(breaker.status().failures, 0U);
  fail(breaker, "a", FailureClass::unavailable);
  EXPECT_EQ(breaker.status().failures, 1U);
}

TEST_F(CircuitBreakerTest, OldFailuresLeaveTheWindow) {
  for (const char* key : {"a", "b", "c"}) fail(breaker, key);
  clock.advance(61s);
  fail(breaker, "d");
  EXPECT_EQ(breaker.state(), BreakerState::closed);
}

TEST_F(CircuitBreakerTest, HalfOpenAfterItsTimeAndClosedAfterThreeProbes) {
  fail_until_open(breaker);
  clock.advance(1s - 1ns);
  EXPECT_EQ(breaker.state(), BreakerState::open);
  clock.advance(1ns);
  EXPECT_EQ(breaker.state(), BreakerState::half_open);
  EXPECT_EQ(breaker.closed_until(), std::nullopt);
  succeed(breaker, "a");
  succeed(breaker, "b");
  EXPECT_EQ(breaker.state(), BreakerState::half_open);
  succeed(breaker, "a");
  EXPECT_EQ(breaker.state(), BreakerState::closed);
  EXPECT_EQ(breaker.status().calls, 0U) << "the window begins anew";
}

TEST_F(CircuitBreakerTest, AFailedProbeOpensItForTwiceAsLong) {
  fail_until_open(breaker);
  for (const auto expected : {2s, 4s, 8s, 10s, 10s}) {
    wait_for_half_open();
    fail(breaker, "a" + std::to_string(expected.count()) + std::to_string(breaker.status().reopened));
    EXPECT_EQ(breaker.closed_until(), clock.instant() + expected);
  }
  EXPECT_EQ(breaker.status().reopened, 5U);
}

TEST_F(CircuitBreakerTest, TheOpenTimeGrowsUntilItWasClosedForLongEnough) {
  const auto close = [&] {
    wait_for_half_open();
    for (const char* key : {"a", "b", "c"}) succeed(breaker, key);
    ASSERT_EQ(breaker.state(), BreakerState::closed);
  };
  fail_until_open(breaker);
  close();
  clock.advance(5min - 1ns);
  EXPECT_EQ(breaker.status().reopened, 0U);
  fail_until_open(breaker);
  EXPECT_EQ(breaker.closed_until(), clock.instant() + 2s);
  close();
  EXPECT_EQ(breaker.status().reopened, 1U);
  clock.advance(5min);
  EXPECT_EQ(breaker.status().reopened, 0U);
  fail_until_open(breaker);
  EXPECT_EQ(breaker.closed_until(), clock.instant() + 1s);
}

TEST_F(CircuitBreakerTest, OpenTimesAreJittered) {
  BreakerOptions options = quick_options();
  options.open_jitter = 0.2;
  auto shortest = 10'000ms, longest = 0ms;
  for (int i = 0; i < 200; ++i) {
    CircuitBreaker jittered{"jittered " + std::to_string(i), options, clock};
    jittered.trip();
    const auto time = std::chrono::floor<std::chrono::milliseconds>(jittered.closed_until().value() - clock.instant());
    shortest = std::min(shortest, time);
    longest = std::max(longest, time);
  }
  EXPECT_GE(shortest, 800ms);
  EXPECT_LT(shortest, 850ms);
  EXPECT_LE(longest, 1200ms);
  EXPECT_GT(longest, 1150ms);
}

TEST_F(CircuitBreakerTest, NoMoreProbesThanAreNeeded) {
  fail_until_open(breaker);
  wait_for_half_open();
  auto a = breaker.try_acquire("a");
  auto b = breaker.try_acquire("b");
  EXPECT_TRUE(a && b);
  EXPECT_FALSE(passes("a")) << "a key has one probe at a time";
  auto c = breaker.try_acquire("c");
  ASSERT_TRUE(c);
  EXPECT_FALSE(passes("d"));
  a->succeeded();
  EXPECT_FALSE(passes("d")) << "one that succeeded and two that are out are all that is needed";
  b->cancel();
  EXPECT_TRUE(passes("d")) << "a probe that was given back is free again";
  fail(breaker, "e", FailureClass::permanent);
  EXPECT_EQ(breaker.state(), BreakerState::half_open) << "a permanent failure says nothing about what is called";
  succeed(breaker, "f");
  c->succeeded();
  EXPECT_EQ(breaker.state(), BreakerState::closed);
}

TEST_F(CircuitBreakerTest, ASlowProbeOpensItAgain) {
  fail_until_open(breaker);
  wait_for_half_open();
  auto probe = breaker.try_acquire("a");
  ASSERT_TRUE(probe);
  clock.advance(6s);
  probe->succeeded();
  EXPECT_EQ(breaker.state(), BreakerState::open);
}

TEST_F(CircuitBreakerTest, AProbeThatNeverEndsOpensItAgain) {
  fail_until_open(breaker);
  wait_for_half_open();
  auto first = breaker.try_acquire("a");
  clock.advance(1s);
  auto second = breaker.try_acquire("b");
  auto third = breaker.try_acquire("c");
  ASSERT_TRUE(first && second && third);
  EXPECT_EQ(breaker.closed_until(), clock.instant() + 29s);
  clock.advance(29s - 1ns);
  EXPECT_EQ(breaker.state(), BreakerState::half_open);
  clock.advance(1ns);
  EXPECT_EQ(breaker.state(), BreakerState::open);
  EXPECT_EQ(breaker.closed_until(), clock.instant() + 2s);
  first->succeeded();
  second->failed(FailureClass::transient);
  EXPECT_EQ(breaker.closed_until(), clock.instant() + 2s) << "results of the older generation are ignored";
}

TEST_F(CircuitBreakerTest, WithoutCallsItStaysHalfOpen) {
  fail_until_open(breaker);
  wait_for_half_open();
  succeed(breaker, "a");
  clock.advance(24h);
  EXPECT_EQ(breaker.state(), BreakerState::half_open);
  EXPECT_EQ(breaker.closed_until(), std::nullopt);
  succeed(breaker, "b");
  succeed(breaker, "c");
  EXPECT_EQ(breaker.state(), BreakerState::closed);
}

TEST_F(CircuitBreakerTest, TheKeyThatFailedLastIsNoProbeWhileThereAreOthers) {
  fail_until_open(breaker);  // by "bad-3"
  wait_for_half_open();
  EXPECT_FALSE(passes("bad-3"));
  EXPECT_EQ(breaker.closed_until("bad-3"), clock.instant() + 1s);
  EXPECT_EQ(breaker.closed_until("a"), std::nullopt);
  clock.advance(900ms);
  succeed(breaker, "a");
  clock.advance(900ms);
  EXPECT_FALSE(passes("bad-3"));
  EXPECT_EQ(breaker.closed_until("bad-3"), clock.instant() + 100ms);
  clock.advance(100ms);
  EXPECT_TRUE(passes("bad-3")) << "nobody else has asked for a second";
}

TEST_F(CircuitBreakerTest, OneAggregateAloneClosesIt) {
  BreakerOptions options = quick_options();
  options.min_distinct = 1;
  CircuitBreaker alone{"alone", options, clock};
  for (int i = 0; i < 4; ++i) fail(alone, "only");
  clock.advance(1s);
  EXPECT_FALSE(alone.try_acquire("only"));
  clock.advance(alone.closed_until("only").value() - clock.instant());
  for (int i = 0; i < 3; ++i) succeed(alone, "only");
  EXPECT_EQ(alone.state(), BreakerState::closed);
}

TEST_F(CircuitBreakerTest, ResultsFromBeforeAChangeAreIgnored) {
  auto before = breaker.try_acquire("a");
  auto also_before = breaker.try_acquire("b");
  fail_until_open(breaker);
  wait_for_half_open();
  before->failed(FailureClass::transient);
  EXPECT_EQ(breaker.state(), BreakerState::half_open);
  for (const char* key : {"c", "d", "e"}) succeed(breaker, key);
  also_before->failed(FailureClass::transient);
  EXPECT_EQ(breaker.status().calls, 0U);
}

TEST_F(CircuitBreakerTest, TripOpensAClosedOneOnly) {
  breaker.trip();
  EXPECT_EQ(breaker.closed_until(), clock.instant() + 1s);
  clock.advance(500ms);
  breaker.trip();
  EXPECT_EQ(breaker.closed_until(), clock.instant() + 500ms);
}

TEST_F(CircuitBreakerTest, ForcedOpenUntilSomebodyResetsIt) {
  breaker.force_open();
  EXPECT_EQ(breaker.state(), BreakerState::forced_open);
  EXPECT_EQ(breaker.closed_until(), kNever);
  clock.advance(1000h);
  EXPECT_FALSE(passes("a"));
  breaker.trip();
  EXPECT_EQ(breaker.state(), BreakerState::forced_open);
  breaker.reset();
  EXPECT_TRUE(passes("a"));
}

TEST_F(CircuitBreakerTest, ResetForgetsWindowAndGrowth) {
  fail_until_open(breaker);
  wait_for_half_open();
  fail(breaker, "a");
  breaker.reset();
  EXPECT_EQ(breaker.state(), BreakerState::closed);
  EXPECT_EQ(breaker.status().calls, 0U);
  fail_until_open(breaker);
  EXPECT_EQ(breaker.closed_until(), clock.instant() + 1s);
}

TEST_F(CircuitBreakerTest, DisabledCountsNothing) {
  fail_until_open(breaker);
  breaker.disable();
  for (int i = 0; i < 100; ++i) fail(breaker, std::to_string(i));
  EXPECT_EQ(breaker.state(), BreakerState::disabled);
  BreakerOptions options = quick_options();
  options.enabled = false;
  CircuitBreaker off{"off", options, clock};
  EXPECT_EQ(off.state(), BreakerState::disabled);
  off.reset();
  EXPECT_EQ(off.state(), BreakerState::disabled) << "as its options say";
}

TEST_F(CircuitBreakerTest, TellsEachChange) {
  std::vector<std::string> changes;
  breaker.on_change([&](BreakerState from, BreakerState to) {
    changes.push_back(std::string{to_string(from)} + " -> " + std::string{to_string(to)});
  });
  int others = 0;
  breaker.on_change([&](BreakerState, BreakerState) { ++others; });
  fail_until_open(breaker);
  clock.advance(1s);
  fail(breaker, "a");  // notices the time and changes it again, in one call
  breaker.force_open();
  breaker.force_open();
  breaker.disable();
  breaker.reset();
  breaker.reset();
  EXPECT_EQ(changes,
            (std::vector<std::string>{"closed -> open", "open -> half_open", "half_open -> open", "open -> forced_open",
                                      "forced_open -> disabled", "disabled -> closed"}));
  EXPECT_EQ(others, 6);
}

TEST_F(CircuitBreakerTest, APermitMovesAndCountsOnce) {
  {
    std::optional<CircuitBreaker::Permit> permit = breaker.try_acquire("a");
    CircuitBreaker::Permit moved = std::move(*permit);
    CircuitBreaker::Permit again;
    again = std::move(moved);
    again.failed(FailureClass::transient);
    again.failed(FailureClass::transient);
    again.succeeded();
  }
  EXPECT_EQ(breaker.status().calls, 1U);
  EXPECT_EQ(breaker.status().failures, 1U);
}

TEST_F(CircuitBreakerTest, CallReturnsWhatTheFunctionReturns) {
  EXPECT_EQ(breaker.call([] { return 42; }), 42);
  int called = 0;
  breaker.call([&] { ++called; });
  EXPECT_EQ(called, 1);
  EXPECT_EQ(breaker.status().calls, 2U);
}

TEST_F(CircuitBreakerTest, CallLetsExceptionsPassAndCountsThemByTheRules) {
  EXPECT_THROW(breaker.call([] { throw std::runtime_error{"down"}; }), std::runtime_error);
  EXPECT_EQ(breaker.status().failures, 1U);
  FailureRules rules;
  rules.when<std::runtime_error>(FailureClass::permanent);
  EXPECT_THROW(breaker.call([] { throw std::runtime_error{"bad order"}; }, "a", rules), std::runtime_error);
  EXPECT_EQ(breaker.status().calls, 1U);
}

TEST_F(CircuitBreakerTest, CallThrowsWithoutCallingWhenOpen) {
  fail_until_open(breaker);
  clock.advance(400ms);
  bool called = false;
  try {
    breaker.call([&] { called = true; });
    ADD_FAILURE() << "should have thrown";
  } catch (const CircuitOpen& e) {
    EXPECT_EQ(e.code(), Errc::unavailable);
    EXPECT_EQ(e.retry_in(), 600ms);
    EXPECT_STREQ(e.what(), "circuit breaker \"payments\" lets no call through; try again in 600 ms");
    EXPECT_EQ(FailureRules{}.classify(std::current_exception()), FailureClass::unavailable);
  }
  EXPECT_FALSE(called);
  breaker.force_open();
  try {
    breaker.call([&] { called = true; });
    ADD_FAILURE() << "should have thrown";
  } catch (const CircuitOpen& e) {
    EXPECT_EQ(e.retry_in(), std::nullopt);
  }
}

TEST(BreakerOptions, DefaultsAreValidAndARefusalNamesTheField) {
  EXPECT_NO_THROW(validate(BreakerOptions{}));
  const auto refusal = [](auto change) {
    BreakerOptions options;
    change(options);
    try {
      CircuitBreaker{"refused", options};
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Errc::invalid_config);
      return std::string{e.what()};
    }
    return std::string{"accepted"};
  };
  EXPECT_EQ(refusal([](BreakerOptions& o) { o.failure_rate = 1.5; }),
            "breaker.failure_rate is 1.5, must be from 0.0001 to 1; correct the setting");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.window_time = 0ms; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.min_calls = 0; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.min_calls = 51, o.window = BreakerOptions::Window::count; }), "accepted")
      << "it would never open";
  EXPECT_NE(refusal([](BreakerOptions& o) { o.slow_rate = 0; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.slow = 0ms; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.min_distinct = 0; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.max_open = o.open - 1ms; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.open_growth = 0.9; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.open_jitter = 1; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.probes = 0; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.probe_successes = 0; }), "accepted");
  EXPECT_NE(refusal([](BreakerOptions& o) { o.max_half_open = 0ms; }), "accepted");
  EXPECT_THROW(CircuitBreaker{""}, Error);
}

}  // namespace
}  // namespace leftfold
