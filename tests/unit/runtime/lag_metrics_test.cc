// SPDX-License-Identifier: Apache-2.0
// Positions and lag as metrics, of a feed with several partitions.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include <leftfold/metrics.h>

#include "runtime/handler_metrics.h"
#include "scripted_feed.h"
#include "support.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;
using detail::HandlerMetrics;

struct Count : Listener<TestEvents> {
  void on(const Counted&) {}
};

double value(Metrics& metrics, const char* name, const char* partition) {
  return metrics.gauge(name, "", {{"handler", "Count"}, {"partition", partition}}).value();
}

TEST(LagMetrics, a_partition_counts_while_this_process_has_it) {
  ScriptedFeed feed;
  feed.end_at(80);
  feed.assign(0, 1, 5);
  feed.assign(3, 1, 70);
  feed.event(3, 71, "a", 71);
  feed.event(3, 72, "b", 72);
  Metrics metrics;
  RunnerOptions options;
  options.metrics = &metrics;
  options.look_every = 1ms;
  Count count;
  Runner runner{feed, options};
  runner.add(count);
  const auto running = runner.start();
  const auto reached = [&](const char* name, const char* partition, double wanted) {
    const Instant patience = soon();
    while (value(metrics, name, partition) != wanted) {
      if (system_clock().instant() > patience) return false;
      std::this_thread::yield();
    }
    return true;
  };
  EXPECT_TRUE(reached("leftfold_handler_lag_events", "3", 8));
  EXPECT_TRUE(reached("leftfold_handler_position", "3", 72));
  EXPECT_TRUE(reached("leftfold_handler_lag_events", "0", 75));
  EXPECT_TRUE(reached("leftfold_handler_position", "0", 5));
  feed.lose(3, 1);
  EXPECT_TRUE(reached("leftfold_handler_lag_events", "3", 0));
  EXPECT_EQ(value(metrics, "leftfold_handler_lag_events", "0"), 75);
}

TEST(LagMetrics, seconds_count_from_the_commit_of_the_newest_event_that_was_handled) {
  Metrics metrics;
  Count count;
  HandlerMetrics of{metrics, "Count", "listener", HandlerTable::of(count)};
  const Gauge& seconds = metrics.gauge("leftfold_handler_lag_seconds", "", {{"handler", "Count"}});
  const Timestamp now{std::chrono::hours{500'000}};
  const HandlerMetrics::Place behind{Position{3}, Position{5}};
  const HandlerMetrics::Place done{Position{5}, Position{5}};
  of.places({{0, behind}}, now);
  EXPECT_EQ(seconds.value(), 0);
  of.places({{0, behind}}, now + 7s);
  EXPECT_EQ(seconds.value(), 7) << "nothing was handled yet: as long as it is known to be behind";
  of.took(1ms, now - 60s, now);
  of.took(1ms, now - 90s, now);
  of.places({{0, behind}, {1, done}}, now + 10s);
  EXPECT_EQ(seconds.value(), 70);
  of.places({{0, done}, {1, done}}, now + 20s);
  EXPECT_EQ(seconds.value(), 0);
}

}  // namespace
}  // namespace leftfold::runtime_test
