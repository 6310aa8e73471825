// SPDX-License-Identifier: Apache-2.0
#include "runtime/outage_guard.h"

#include <gtest/gtest.h>

#include <string>

namespace leftfold::detail {
namespace {

using namespace std::chrono_literals;

void succeed(OutageGuard& guard, const std::string& aggregate, Instant now) {
  if (guard.wants_success()) guard.succeeded(aggregate, now);
}

TEST(OutageGuard, one_aggregate_among_many_is_poison_and_most_of_them_an_outage) {
  OutageGuard guard{0.2, 3};
  const Instant now{1h};
  EXPECT_FALSE(guard.wants_success());  // nobody is about to be parked
  EXPECT_FALSE(guard.is_outage("bad", now));
  for (int n = 0; n < 20; ++n) succeed(guard, "good" + std::to_string(n), now);
  for (int n = 0; n < 4; ++n) EXPECT_FALSE(guard.is_outage("worse" + std::to_string(n), now)) << n;
  EXPECT_TRUE(guard.is_outage("worst", now));  // 6 of 26
}

TEST(OutageGuard, fewer_than_the_least_are_never_an_outage) {
  OutageGuard guard{0.2, 3};
  EXPECT_FALSE(guard.is_outage("a", Instant{1h}));
  EXPECT_FALSE(guard.is_outage("b", Instant{1h}));
  EXPECT_FALSE(guard.is_outage("a", Instant{1h + 1s}));
  EXPECT_TRUE(guard.is_outage("c", Instant{1h + 2s}));
}

TEST(OutageGuard, what_is_older_than_a_minute_is_forgotten) {
  OutageGuard guard{0.2, 3};
  static_cast<void>(guard.is_outage("a", Instant{1h}));
  static_cast<void>(guard.is_outage("b", Instant{1h}));
  EXPECT_FALSE(guard.is_outage("c", Instant{1h + 61s}));
}

TEST(OutageGuard, with_many_aggregates_most_successes_are_not_noted_and_poison_stays_poison) {
  OutageGuard guard{0.2, 3};
  const Instant now{1h};
  static_cast<void>(guard.is_outage("bad", now));
  int noted = 0;
  for (int n = 0; n < 20'000; ++n) {
    if (!guard.wants_success()) continue;
    ++noted;
    guard.succeeded("good" + std::to_string(n % 1'000), now);
  }
  EXPECT_LT(noted, 1'000);
  EXPECT_FALSE(guard.is_outage("worse", now));
  EXPECT_FALSE(guard.is_outage("worst", now));
}

}  // namespace
}  // namespace leftfold::detail
