// SPDX-License-Identifier: Apache-2.0
// Metrics: counters, gauges and histograms, and their text for Prometheus.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace leftfold::inline v0 {

/// One dimension of a metric. Bounded sets only: never an aggregate id.
struct MetricLabel {
  std::string_view name;
  std::string_view value;
};

/// A number that only grows. Any thread; lives as long as its Metrics.
class Counter {
 public:
  void add(double amount = 1) noexcept;  ///< an amount below 0 is ignored
  [[nodiscard]] double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// A number that goes up and down. Any thread; lives as long as its Metrics.
class Gauge {
 public:
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(double amount) noexcept;
  [[nodiscard]] double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// How often a value was at most this or that: seconds from 0.5 ms to 30 s unless made with other bounds.
/// Any thread; lives as long as its Metrics. count() and sum() may be apart by the values that come in meanwhile.
class Histogram {
 public:
  /// Throws Error(invalid_argument) for bounds that do not grow or are not finite; none are those of kSeconds.
  explicit Histogram(std::span<const double> bounds);
  ~Histogram();
  void observe(double value) noexcept;  ///< what is not a number is ignored
  [[nodiscard]] std::uint64_t count() const noexcept;
  [[nodiscard]] double sum() const noexcept;

 private:
  friend class Metrics;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The metrics of a process: names with labels, each made at first use with the value 0 and kept for as long as this
/// lives. Look one up once and keep the reference: a look-up takes a lock, a change does not.
/// Names are Prometheus' own rules: base units, _total on counters. Asking for a name as another kind than before, or
/// with other label names, throws Error(invalid_argument), and so does a name or label that Prometheus does not allow.
/// Bytes of a label's value that are not UTF-8 are shown as U+FFFD: values may come from outside. The first help text
/// of a name stays.
/// Any thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  [[nodiscard]] Counter& counter(std::string_view name, std::string_view help,
                                 std::initializer_list<MetricLabel> labels = {});
  [[nodiscard]] Gauge& gauge(std::string_view name, std::string_view help,
                             std::initializer_list<MetricLabel> labels = {});
  /// `bounds` grow; empty for kSeconds. The first request of a name decides. Throws too for the label "le", and for a
  /// name that with _bucket, _sum or _count is another metric's.
  [[nodiscard]] Histogram& histogram(std::string_view name, std::string_view help,
                                     std::initializer_list<MetricLabel> labels = {},
                                     std::span<const double> bounds = {});

  /// Calls `refresh` before each exposition, for values that are read and not counted, until the returned object ends;
  /// its end waits for a call that runs. `refresh` may set metrics, but not ask for their text; what it throws is
  /// dropped. Throws Error(invalid_argument) for an empty function. May outlive the Metrics.
  class Refresh;
  [[nodiscard]] std::unique_ptr<Refresh> refresh_with(std::function<void()> refresh);

  /// Everything in Prometheus' text format 0.0.4 ("text/plain; version=0.0.4"), by name and then by label values.
  [[nodiscard]] std::string prometheus() const;

  static const std::span<const double> kSeconds;  ///< 0.5 ms to 30 s

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// Ends a refresh. Must not be destroyed inside its own function.
class Metrics::Refresh {
 public:
  explicit Refresh(std::function<void()> end) : end_{std::move(end)} {}
  ~Refresh() { end_(); }
  Refresh(const Refresh&) = delete;
  Refresh& operator=(const Refresh&) = delete;

 private:
  std::function<void()> end_;
};

/// Metrics nobody looks at, for those who were given none. Lives as long as the program.
[[nodiscard]] Metrics& no_metrics() noexcept;

}  // namespace leftfold::inline v0
