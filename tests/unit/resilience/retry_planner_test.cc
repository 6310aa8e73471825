// SPDX-License-Identifier: Apache-2.0
#include "resilience/retry_planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include <leftfold/error.h>

namespace leftfold::detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr Instant kNow{std::chrono::hours{7}};

milliseconds pause_of(const Decision& decision, Instant now) {
  return std::chrono::duration_cast<milliseconds>(decision.until - now);
}

TEST(RetryPlanner, EachClassHasItsStep) {
  RetryPlanner planner{RetryPolicy{}, 1};
  Attempts attempts;
  EXPECT_EQ(planner.failed(FailureClass::duplicate, attempts, kNow).step, NextStep::done);
  EXPECT_EQ(planner.failed(FailureClass::permanent, attempts, kNow).step, NextStep::park);
  EXPECT_EQ(planner.failed(FailureClass::fatal, attempts, kNow).step, NextStep::stop);
  EXPECT_EQ(attempts.made, 0);
  EXPECT_EQ(planner.budget(), 100) << "what is not tried again costs no token";
  EXPECT_EQ(planner.failed(FailureClass::unavailable, attempts, kNow).step, NextStep::hold);
  EXPECT_EQ(planner.failed(FailureClass::transient, attempts, kNow).step, NextStep::again);
}

TEST(RetryPlanner, AtOnceThenPausesThenParked) {
  RetryPlanner planner{RetryPolicy{}, 1};
  Attempts attempts;
  std::vector<NextStep> steps;
  Instant now = kNow;
  while (steps.empty() || steps.back() != NextStep::park) {
    const Decision decision = planner.failed(FailureClass::transient, attempts, now);
    steps.push_back(decision.step);
    now = std::max(now, decision.until);
  }
  EXPECT_EQ(steps, (std::vector{NextStep::again, NextStep::wait, NextStep::wait, NextStep::wait, NextStep::wait,
                                NextStep::park}));
  EXPECT_EQ(attempts.made, 6);
}

TEST(RetryPlanner, TheFirstFailureParksWithoutRetries) {
  RetryPlanner planner{RetryPolicy::none(), 1};
  Attempts attempts;
  EXPECT_EQ(planner.failed(FailureClass::transient, attempts, kNow).step, NextStep::park);
}

TEST(RetryPlanner, PausesAreSpreadBetweenTheFloorAndADoublingBound) {
  RetryPolicy policy;
  policy.cap = 1s;
  RetryPlanner planner{policy, 42};
  const std::vector<milliseconds> bounds{100ms, 200ms, 400ms, 800ms, 1s, 1s};
  for (std::size_t n = 0; n < bounds.size(); ++n) {
    milliseconds shortest = 1h, longest = 0ms, sum = 0ms;
    constexpr int kDraws = 2000;
    for (int i = 0; i < kDraws; ++i) {
      const milliseconds pause = planner.pause(static_cast<int>(n) + 1);
      shortest = std::min(shortest, pause);
      longest = std::max(longest, pause);
      sum += pause;
    }
    EXPECT_GE(shortest, RetryPolicy::kShortestPause);
    EXPECT_LE(shortest, bounds[n] / 4) << "full jitter begins at nothing";
    EXPECT_LE(longest, bounds[n]);
    EXPECT_GE(longest, bounds[n] * 9 / 10);
    EXPECT_NEAR(static_cast<double>(sum.count()) / kDraws, static_cast<double>(bounds[n].count()) / 2,
                static_cast<double>(bounds[n].count()) / 20);
  }
  EXPECT_LE(planner.pause(1'000'000), 1s);
}

TEST(RetryPlanner, TheSameSeedGivesTheSamePauses) {
  RetryPlanner one{RetryPolicy{}, 7}, same{RetryPolicy{}, 7}, other{RetryPolicy{}, 8};
  bool differs = false;
  for (int n = 1; n < 20; ++n) {
    const milliseconds pause = one.pause(n);
    EXPECT_EQ(pause, same.pause(n));
    differs |= pause != other.pause(n);
  }
  EXPECT_TRUE(differs);
}

TEST(RetryPlanner, ParksWhenTheTimeIsOverWhateverAttemptsAreLeft) {
  RetryPlanner planner{RetryPolicy{}, 1};
  Attempts attempts;
  EXPECT_EQ(planner.failed(FailureClass::transient, attempts, kNow).step, NextStep::again);
  EXPECT_EQ(planner.failed(FailureClass::transient, attempts, kNow + 30s - 1ns).step, NextStep::wait);
  EXPECT_EQ(planner.failed(FailureClass::transient, attempts, kNow + 30s).step, NextStep::park);
}

TEST(RetryPlanner, BeingHeldUsesUpNeitherAttemptsNorTime) {
  RetryPlanner planner{RetryPolicy{}, 1};
  Attempts attempts;
  Instant now = kNow;
  EXPECT_EQ(planner.failed(FailureClass::transient, attempts, now).step, NextStep::again);
  for (int i = 0; i < 1000; ++i) {
    const Decision decision = planner.failed(FailureClass::unavailable, attempts, now);
    ASSERT_EQ(decision.step, NextStep::hold);
    ASSERT_GE(pause_of(decision, now), RetryPolicy::kShortestPause);
    ASSERT_LE(pause_of(decision, now), RetryPolicy{}.cap);
    now = decision.until;
  }
  EXPECT_EQ(attempts.made, 1);
  EXPECT_EQ(attempts.held, 1000);
  EXPECT_GT(now - kNow, 30s);
  EXPECT_EQ(planner.failed(FailureClass::transient, attempts, now).step, NextStep::wait);
  EXPECT_EQ(attempts.held, 0);
}

TEST(RetryPlanner, UnderHalfItsBudgetNothingIsTriedAtOnceAndPausesAreLonger) {
  RetryPolicy policy;
  policy.budget = 10;
  RetryPlanner planner{policy, 1};
  for (int event = 0; event < 5; ++event) {
    Attempts attempts;
    EXPECT_EQ(planner.failed(FailureClass::transient, attempts, kNow).step, NextStep::again);
  }
  EXPECT_EQ(planner.budget(), 5);
  Attempts attempts;
  EXPECT_EQ(planner.failed(FailureClass::transient, attempts, kNow).step, NextStep::wait);
  milliseconds longest{0};
  for (int i = 0; i < 1000; ++i) longest = std::max(longest, planner.pause(1));
  EXPECT_GT(longest, 350ms);
  EXPECT_LE(longest, 400ms);
  for (int i = 0; i < 10; ++i) planner.succeeded();  // one token
  EXPECT_DOUBLE_EQ(planner.budget(), 5);
  Attempts next;
  EXPECT_EQ(planner.failed(FailureClass::transient, next, kNow).step, NextStep::wait) << "this failure costs one again";
  for (int i = 0; i < 2000; ++i) planner.succeeded();
  EXPECT_EQ(planner.budget(), 10) << "never more than the whole";
}

TEST(RetryPlanner, WithoutBudgetItNeverSlowsDown) {
  RetryPolicy policy;
  policy.budget = 0;
  RetryPlanner planner{policy, 1};
  for (int event = 0; event < 1000; ++event) {
    Attempts attempts;
    ASSERT_EQ(planner.failed(FailureClass::transient, attempts, kNow).step, NextStep::again);
  }
}

TEST(RetryPlanner, RefusesAPolicyThatCannotBeUsed) {
  RetryPolicy policy;
  policy.max_attempts = -1;
  EXPECT_THROW((RetryPlanner{policy, 1}), Error);
}

}  // namespace
}  // namespace leftfold::detail
