// SPDX-License-Identifier: Apache-2.0
#include <leftfold/metrics.h>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <leftfold/error.h>

namespace leftfold {
namespace {

/// The text of the Error(invalid_argument) that `call` throws.
std::string refused(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.what();
  }
  return "nothing was thrown";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(Metrics, AreWrittenAsPrometheusReadsThem) {
  Metrics metrics;
  metrics.counter("shop_orders_total", "Orders taken", {{"kind", "mail"}}).add();
  metrics.counter("shop_orders_total", "Orders taken", {{"kind", "desk"}}).add(2.5);
  metrics.gauge("shop_open", "1 while the door is open").set(1);
  constexpr std::array bounds{0.1, 1.0};
  Histogram& took = metrics.histogram("shop_order_seconds", "Time of an order", {}, bounds);
  took.observe(0.1);  // a bound belongs to its bucket
  took.observe(0.5);
  took.observe(7);
  EXPECT_EQ(metrics.prometheus(),
            "# HELP shop_open 1 while the door is open\n"
            "# TYPE shop_open gauge\n"
            "shop_open 1\n"
            "# HELP shop_order_seconds Time of an order\n"
            "# TYPE shop_order_seconds histogram\n"
            "shop_order_seconds_bucket{le=\"0.1\"} 1\n"
            "shop_order_seconds_bucket{le=\"1\"} 2\n"
            "shop_order_seconds_bucket{le=\"+Inf\"} 3\n"
            "shop_order_seconds_sum 7.6\n"
            "shop_order_seconds_count 3\n"
            "# HELP shop_orders_total Orders taken\n"
            "# TYPE shop_orders_total counter\n"
            "shop_orders_total{kind=\"desk\"} 2.5\n"
            "shop_orders_total{kind=\"mail\"} 1\n");
  EXPECT_EQ(Metrics{}.prometheus(), "");
}

TEST(Metrics, AreThereWithZeroFromTheFirstRequest) {
  Metrics metrics;
  (void)metrics.counter("a_total", "");
  EXPECT_EQ(metrics.prometheus(), "# HELP a_total \n# TYPE a_total counter\na_total 0\n");
}

TEST(Metrics, AreTheSameForTheSameNameAndLabelsInAnyOrder) {
  Metrics metrics;
  Counter& one = metrics.counter("a_total", "first", {{"x", "1"}, {"y", "2"}});
  EXPECT_EQ(&one, &metrics.counter("a_total", "second", {{"y", "2"}, {"x", "1"}}));
  EXPECT_NE(&one, &metrics.counter("a_total", "first", {{"y", "1"}, {"x", "2"}}));
  EXPECT_NE(&one, &Metrics{}.counter("a_total", "first", {{"x", "1"}, {"y", "2"}}));
  EXPECT_TRUE(has(metrics.prometheus(), "# HELP a_total first\n"));
  EXPECT_TRUE(has(metrics.prometheus(), "a_total{x=\"1\",y=\"2\"} 0\n"));
}

TEST(Metrics, EscapeWhatWouldForgeLinesOrEndALabel) {
  Metrics metrics;
  (void)metrics.gauge("a", "first\\line\nsecond \"line\"", {{"x", "q\"b\\n\nend"}, {"y", "caf\xC3\xA9"}});
  EXPECT_EQ(
      metrics.prometheus(),
      "# HELP a first\\\\line\\nsecond \"line\"\n# TYPE a gauge\na{x=\"q\\\"b\\\\n\\nend\",y=\"caf\xC3\xA9\"} 0\n");
}

TEST(Metrics, ShowBytesThatAreNotUtf8AsReplacementCharacters) {
  Metrics metrics;
  Gauge& one = metrics.gauge("a", "\xFF", {{"x", "\xC3"}});
  EXPECT_EQ(&one, &metrics.gauge("a", "", {{"x", "\xFE"}}));  // or two samples would have the same labels
  EXPECT_EQ(metrics.prometheus(), "# HELP a \xEF\xBF\xBD\n# TYPE a gauge\na{x=\"\xEF\xBF\xBD\"} 0\n");
}

TEST(Metrics, WriteEveryNumberSoThatItReadsBackTheSame) {
  Metrics metrics;
  Gauge& gauge = metrics.gauge("a", "");
  using Limits = std::numeric_limits<double>;
  for (const auto& [value, text] : std::vector<std::pair<double, std::string>>{{0, "0"},
                                                                               {-3, "-3"},
                                                                               {0.0005, "0.0005"},
                                                                               {1e14, "100000000000000"},
                                                                               {1e20, "1e+20"},
                                                                               {1e-9, "1e-09"},
                                                                               {0.1 + 0.2, "0.30000000000000004"},
                                                                               {Limits::infinity(), "+Inf"},
                                                                               {-Limits::infinity(), "-Inf"},
                                                                               {Limits::quiet_NaN(), "NaN"}}) {
    gauge.set(value);
    EXPECT_TRUE(has(metrics.prometheus(), "\na " + text + "\n")) << metrics.prometheus();
  }
  for (const double value : {Limits::max(), Limits::min(), Limits::denorm_min(), 1.0 / 3, -123456789.125}) {
    gauge.set(value);
    const std::string text = metrics.prometheus();
    EXPECT_EQ(std::strtod(text.substr(text.rfind(' ') + 1).c_str(), nullptr), value) << text;
  }
}

TEST(Metrics, RefuseNamesThatPrometheusDoes) {
  Metrics metrics;
  for (const std::string name : {"", "1a", "a-b", "a b", "a\n", "\xC3\xA9"}) {
    EXPECT_TRUE(has(refused([&] { (void)metrics.counter(name, ""); }), "metric \"" + name + "\"")) << name;
  }
  for (const std::string name : {"", "1a", "a-b", "a:b", "__a", "\xC3\xA9"}) {
    EXPECT_TRUE(has(refused([&] { (void)metrics.counter("a", "", {{name, "x"}}); }), "\"" + name + "\" cannot be"))
        << name;
  }
  EXPECT_TRUE(has(refused([&] { (void)metrics.counter("a", "", {{"x", "1"}, {"x", "2"}}); }), "given twice"));
  EXPECT_TRUE(has(refused([&] { (void)metrics.histogram("a", "", {{"le", "1"}}); }), "\"le\""));
  EXPECT_EQ(metrics.prometheus(), "");  // nothing is left behind
  (void)metrics.gauge("_a:b9", "", {{"_a9", ""}, {"le", ""}});
}

TEST(Metrics, RefuseANameAsAnotherKindOrWithOtherLabels) {
  Metrics metrics;
  (void)metrics.counter("a_total", "", {{"x", "1"}});
  EXPECT_EQ(refused([&] { (void)metrics.gauge("a_total", "", {{"x", "1"}}); }),
            "metric \"a_total\": is a counter already");
  EXPECT_EQ(refused([&] { (void)metrics.counter("a_total", ""); }),
            "metric \"a_total\": has the labels x and cannot have none");
  EXPECT_EQ(refused([&] { (void)metrics.counter("a_total", "", {{"x", "1"}, {"y", "1"}}); }),
            "metric \"a_total\": has the labels x and cannot have x, y");
}

TEST(Metrics, RefuseNamesThatAHistogramWritesToo) {
  Metrics metrics;
  (void)metrics.counter("a_count", "");
  EXPECT_TRUE(has(refused([&] { (void)metrics.histogram("a", ""); }), "collides with a_count"));
  (void)metrics.histogram("b", "");
  for (const std::string name : {"b_bucket", "b_sum", "b_count"}) {
    EXPECT_TRUE(has(refused([&] { (void)metrics.gauge(name, ""); }), "part of the histogram b")) << name;
  }
}

TEST(Counter, OnlyGrows) {
  Counter counter;
  counter.add();
  counter.add(-5);
  counter.add(std::numeric_limits<double>::quiet_NaN());
  counter.add(0.5);
  EXPECT_EQ(counter.value(), 1.5);
}

TEST(Gauge, GoesUpAndDown) {
  Gauge gauge;
  gauge.set(3);
  gauge.add(-5);
  EXPECT_EQ(gauge.value(), -2);
}

TEST(Histogram, MeasuresSecondsFromHalfAMillisecondToHalfAMinuteUnlessToldOtherwise) {
  EXPECT_EQ(Metrics::kSeconds.front(), 0.0005);
  EXPECT_EQ(Metrics::kSeconds.back(), 30);
  Metrics metrics;
  (void)metrics.histogram("a_seconds", "");
  const std::string text = metrics.prometheus();
  EXPECT_TRUE(has(text, "a_seconds_bucket{le=\"0.0005\"} 0\n")) << text;
  EXPECT_TRUE(has(text, "a_seconds_bucket{le=\"30\"} 0\na_seconds_bucket{le=\"+Inf\"} 0\n")) << text;
}

TEST(Histogram, CountsEveryValueOnceAndLeavesOutWhatIsNoNumber) {
  Histogram histogram{Metrics::kSeconds};
  histogram.observe(-1);
  histogram.observe(0.02);
  histogram.observe(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.sum(), -0.98);
  histogram.observe(std::numeric_limits<double>::infinity());
  EXPECT_EQ(histogram.count(), 3U);
}

TEST(Histogram, TheFirstRequestOfANameDecidesItsBounds) {
  Metrics metrics;
  constexpr std::array events{10.0, 100.0};
  (void)metrics.histogram("a_events", "", {{"x", "1"}}, events);
  (void)metrics.histogram("a_events", "", {{"x", "2"}}).observe(50);
  EXPECT_TRUE(has(metrics.prometheus(), "a_events_bucket{x=\"2\",le=\"100\"} 1\n")) << metrics.prometheus();
}

TEST(Histogram, RefusesBoundsThatDoNotGrow) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  Metrics metrics;
  for (const std::vector<double>& bounds :
       {std::vector<double>{1, 1}, {2, 1}, {1, kInfinite}, {std::numeric_limits<double>::quiet_NaN()}}) {
    EXPECT_TRUE(has(refused([&] { (void)metrics.histogram("a", "", {}, bounds); }), "a histogram's bounds"));
    EXPECT_TRUE(has(refused([&] { const Histogram histogram{bounds}; }), "a histogram's bounds"));
  }
  EXPECT_EQ(metrics.prometheus(), "");
}

TEST(MetricsRefresh, IsCalledBeforeEachExpositionUntilItEnds) {
  Metrics metrics;
  Gauge& gauge = metrics.gauge("a", "");
  auto refresh = metrics.refresh_with([&] { gauge.add(1); });
  (void)metrics.prometheus();
  EXPECT_TRUE(has(metrics.prometheus(), "\na 2\n"));
  refresh.reset();
  EXPECT_TRUE(has(metrics.prometheus(), "\na 2\n"));
}

TEST(MetricsRefresh, ThatThrowsLeavesTheOthersAlone) {
  Metrics metrics;
  const auto bad = metrics.refresh_with([] { throw std::runtime_error{"no"}; });
  const auto good = metrics.refresh_with([&] { metrics.gauge("made_while_asked", "").set(5); });
  EXPECT_TRUE(has(metrics.prometheus(), "made_while_asked 5\n"));
  EXPECT_TRUE(has(refused([&] { (void)metrics.refresh_with({}); }), "empty"));
}

TEST(MetricsRefresh, MayOutliveItsMetrics) {
  std::unique_ptr<Metrics::Refresh> refresh;
  bool called = false;
  {
    Metrics metrics;
    refresh = metrics.refresh_with([&] { called = true; });
  }
  refresh.reset();
  EXPECT_FALSE(called);
}

TEST(MetricsRefresh, ItsEndWaitsForACallThatRuns) {
  Metrics metrics;
  std::promise<void> entered;
  std::promise<void> go;
  std::atomic<bool> done = false;
  auto refresh = metrics.refresh_with([&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    entered.set_value();
    go.get_future().wait();
    done = true;
  });
  std::jthread scraper{[&] { (void)metrics.prometheus(); }};
  entered.get_future().wait();
  std::promise<void> ending;
  std::promise<bool> done_at_end;
  std::jthread ender{[&] {
    ending.set_value();
    refresh.reset();
    done_at_end.set_value(done);
  }};
  ending.get_future().wait();
  go.set_value();
  EXPECT_TRUE(done_at_end.get_future().get());
}

TEST(Metrics, CountEverythingWhateverTheThreads) {
  Metrics metrics;
  constexpr int kThreads = 4;
  constexpr int kRounds = 2'000;
  std::atomic<int> read = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        const std::string own = std::to_string(i);
        for (int round = 0; round < kRounds; ++round) {
          metrics.counter("all_total", "").add();
          metrics.counter("own_total", "", {{"thread", own}}).add();
          metrics.gauge("balance", "").add(round % 2 == 0 ? 1 : -1);
          metrics.histogram("took_seconds", "", {{"thread", own}}).observe(0.25);
          if (round % 100 != 0) continue;
          const auto refresh = metrics.refresh_with([&] { ++read; });
          (void)metrics.prometheus();
        }
      });
    }
  }
  EXPECT_EQ(metrics.counter("all_total", "").value(), kThreads * kRounds);
  EXPECT_EQ(metrics.gauge("balance", "").value(), 0);
  for (int i = 0; i < kThreads; ++i) {
    const std::string own = std::to_string(i);
    EXPECT_EQ(metrics.counter("own_total", "", {{"thread", own}}).value(), kRounds);
    EXPECT_EQ(metrics.histogram("took_seconds", "", {{"thread", own}}).count(), static_cast<unsigned>(kRounds));
    EXPECT_EQ(metrics.histogram("took_seconds", "", {{"thread", own}}).sum(), kRounds * 0.25);
  }
  EXPECT_GE(read, kThreads * kRounds / 100);
}

TEST(Metrics, NobodyLooksAtAreThereForThoseWhoWereGivenNone) {
  EXPECT_EQ(&no_metrics(), &no_metrics());
  no_metrics().counter("metrics_test_total", "").add();
  EXPECT_GE(no_metrics().counter("metrics_test_total", "").value(), 1);
}

}  // namespace
}  // namespace leftfold
