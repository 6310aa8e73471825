// SPDX-License-Identifier: Apache-2.0
// One event that waits to be tried again, and all the others of its partition behind it.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>

#include "failing_support.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

constexpr int kMoreThanTheWindow = 1200;

std::vector<int> up_to_all() {
  std::vector<int> all;
  for (int n = 0; n < kMoreThanTheWindow; ++n) all.push_back(n);
  return all;
}

// A next try so far away that nothing but giving way lets the others go on.
FailureOptions with_late_retries(std::chrono::milliseconds at_most = 8'000h) {
  FailureOptions failures = unhurried();
  failures.retry.base = at_most;
  failures.retry.cap = at_most;
  return failures;
}

TEST(GivingWay, an_event_that_failed_twice_gives_way_when_the_window_is_full_and_is_re_driven_once_by_itself) {
  Service service{with_late_retries()};
  service.moody.behave([](const std::string& aggregate, int n, int call) {
    if (aggregate == "a" && n == 0 && call <= 2) throw std::runtime_error{"not yet"};
  });
  append(service.store, "a", counted(0));
  for (int n = 0; n < kMoreThanTheWindow; ++n) append(service.store, "others", counted(n));
  const Position behind = append(service.store, "a", counted(1));
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(behind); }, 1ms, 900ms));
  EXPECT_EQ(service.moody.of("others"), up_to_all());
  ASSERT_EQ(service.parked("a").size(), 2U);
  EXPECT_EQ(service.parked("a")[0].reason, ParkReason::overflow);
  EXPECT_EQ(service.parked("a")[1].reason, ParkReason::follower);

  ASSERT_TRUE(service.pass_time_until([&] { return service.letters.count({}).sequences == 0; }, 100ms, 30s));
  EXPECT_EQ(service.moody.of("a"), (std::vector<int>{0, 1}));
  EXPECT_EQ(service.moody.calls("a", 0), 3);
}

TEST(GivingWay, one_that_fails_again_then_stays_parked) {
  Service service{with_late_retries()};
  service.moody.behave([](const std::string& aggregate, int, int) {
    if (aggregate == "a") throw std::runtime_error{"never"};
  });
  append(service.store, "a", counted(0));
  Position last;
  for (int n = 0; n < kMoreThanTheWindow; ++n) last = append(service.store, "others", counted(n));
  Running running{*service.runner};
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last); }, 1ms, 900ms));
  ASSERT_TRUE(service.pass_time_until([&] { return service.parked("a").at(0).redrives == 1; }, 100ms, 30s));
  const int calls = service.moody.calls("a", 0);
  ASSERT_TRUE(service.sit_out(2min, 500ms, 0));
  EXPECT_EQ(service.moody.calls("a", 0), calls);
  EXPECT_EQ(service.parked("a").at(0).redrives, 1);
}

TEST(GivingWay, in_an_outage_nothing_gives_way) {
  FailureOptions failures = with_late_retries(10min);
  failures.breaker.enabled = false;  // so that what is seen is not its doing
  Service service{failures};
  std::atomic<bool> down{true};
  service.moody.behave([&](const std::string& aggregate, int, int) {
    if (down && aggregate != "well") throw std::runtime_error{"something is wrong"};
  });
  for (int a = 0; a < 8; ++a) append(service.store, "a" + std::to_string(a), counted(0));
  Position last;
  for (int n = 0; n < kMoreThanTheWindow; ++n) last = append(service.store, "well", counted(n));
  Running running{*service.runner};
  ASSERT_TRUE(service.sit_out(1min, 250ms, 8));
  EXPECT_EQ(service.letters.count({}).letters, 0U);
  down = false;
  // The last one or two may give way: what is left of the outage looks like poison. They come back by themselves.
  ASSERT_TRUE(service.pass_time_until([&] { return service.done(last) && service.letters.count({}).sequences == 0; },
                                      1min, 24h));
  for (int a = 0; a < 8; ++a) EXPECT_EQ(service.moody.of("a" + std::to_string(a)), (std::vector<int>{0}));
}

}  // namespace
}  // namespace leftfold::runtime_test
