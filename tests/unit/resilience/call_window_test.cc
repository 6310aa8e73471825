// SPDX-License-Identifier: Apache-2.0
#include "resilience/call_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

namespace leftfold::detail {
namespace {

using namespace std::chrono_literals;

constexpr Instant kBegin{std::chrono::hours{3}};

struct Made {
  Instant at;
  Call call;
};

// What a window should say, from all the calls that were ever made.
struct Expected {
  CallCounts counts;
  std::set<std::uint64_t> keys;
};

Expected expected_of(const std::vector<Made>& calls) {
  Expected expected;
  for (const Made& made : calls) {
    expected.counts.add(made.call);
    if (made.call.bad()) expected.keys.insert(made.call.key);
  }
  return expected;
}

Call random_call(std::mt19937_64& random, std::uint64_t keys) {
  return {random() % 3 == 0, random() % 5 == 0, random() % keys + 1};
}

void expect_same(CallWindow& window, Instant now, const Expected& expected, const BreakerOptions& options) {
  ASSERT_EQ(window.counts(now).calls, expected.counts.calls);
  ASSERT_EQ(window.counts(now).failures, expected.counts.failures);
  ASSERT_EQ(window.counts(now).slow, expected.counts.slow);
  ASSERT_EQ(window.distinct(now), std::min(expected.keys.size(), distinct_limit(options)));
}

TEST(CallWindow, ByTimeAgreesWithAnExactModel) {
  const std::uint64_t first_seed = std::random_device{}();
  for (std::uint64_t seed = first_seed; seed < first_seed + 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random{seed};
    BreakerOptions options;
    options.window_time = std::chrono::milliseconds{6 * (1 + random() % 1000)};
    const auto bucket = options.window_time / BreakerOptions::kBuckets;
    const auto window = make_call_window(options, kBegin);
    std::vector<Made> all;
    Instant now = kBegin, cleared = kBegin;
    for (int i = 0; i < 300; ++i) {
      // Mostly small steps, now and then over several buckets or the whole window.
      now += bucket * (random() % 100) / (random() % 10 == 0 ? 10 : 300);
      if (random() % 100 == 0) {
        window->clear(now);
        all.clear();
        cleared = now;
      }
      const Call call = random_call(random, 1 + seed % 100);
      window->add(now, call);
      all.push_back({now, call});
      const auto number = [&](Instant at) { return (at - cleared) / bucket; };
      std::erase_if(all, [&](const Made& made) { return number(made.at) <= number(now) - BreakerOptions::kBuckets; });
      ASSERT_NO_FATAL_FAILURE(expect_same(*window, now, expected_of(all), options));
    }
  }
}

TEST(CallWindow, ByTimeKeepsACallForFiveSixthsOfTheTimeAndNoLongerThanIt) {
  const BreakerOptions options;
  const auto window = make_call_window(options, kBegin);
  window->add(kBegin + 10s - 1ns, {true, false, 1});
  EXPECT_EQ(window->counts(kBegin + 60s - 1ns).calls, 1U);
  EXPECT_EQ(window->counts(kBegin + 60s).calls, 0U);
  window->add(kBegin + 60s, {true, false, 1});
  EXPECT_EQ(window->counts(kBegin + 120s - 1ns).calls, 1U);
  EXPECT_EQ(window->counts(kBegin + 120s).calls, 0U);
  EXPECT_EQ(window->distinct(kBegin + 1000h), 0U);
}

TEST(CallWindow, ByNumberAgreesWithAnExactModel) {
  const std::uint64_t first_seed = std::random_device{}();
  for (std::uint64_t seed = first_seed; seed < first_seed + 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random{seed};
    BreakerOptions options;
    options.window = BreakerOptions::Window::count;
    options.window_calls = 1 + random() % 200;
    options.min_calls = 1;
    const auto window = make_call_window(options, kBegin);
    std::vector<Made> all;
    for (int i = 0; i < 500; ++i) {
      if (random() % 200 == 0) {
        window->clear(kBegin);
        all.clear();
      }
      const Call call = random_call(random, 1 + seed % 100);
      window->add(kBegin, call);
      all.push_back({kBegin, call});
      if (all.size() > options.window_calls) all.erase(all.begin());
      ASSERT_NO_FATAL_FAILURE(expect_same(*window, kBegin, expected_of(all), options));
    }
  }
}

TEST(CallWindow, CountsKeysAsFarAsTheyAreAskedFor) {
  BreakerOptions options;
  options.min_distinct = 100;
  const auto window = make_call_window(options, kBegin);
  for (std::uint64_t key = 1; key <= 1000; ++key) window->add(kBegin, {true, false, key});
  EXPECT_EQ(window->distinct(kBegin), 100U);
}

}  // namespace
}  // namespace leftfold::detail
