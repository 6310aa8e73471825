// SPDX-License-Identifier: Apache-2.0
#include <leftfold/metrics.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include <leftfold/error.h>

#include "base/metrics_histogram.h"
#include "base/metrics_text.h"

namespace leftfold::inline v0 {
namespace {

/// 0.5 ms to 30 s, about three a decade: a local handler is as visible as one that times out.
constexpr std::array kSecondsBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                    0.25,   0.5,   1.0,    2.5,   5.0,  10.0,  30.0};

constexpr std::array<std::string_view, 3> kHistogramSuffixes{"_bucket", "_sum", "_count"};

/// Names and values, by name.
using Labels = std::vector<std::pair<std::string, std::string>>;

[[noreturn]] void refuse(std::string_view metric, const std::string& why) {
  throw Error{Errc::invalid_argument, "metric \"" + std::string{metric} + "\": " + why};
}

Labels sorted(std::string_view metric, std::initializer_list<MetricLabel> labels, bool histogram) {
  Labels result;
  for (const MetricLabel& label : labels) {
    if (!base::is_label_name(label.name)) {
      refuse(metric, "\"" + std::string{label.name} +
                         "\" cannot be a label's name; use letters, digits and '_', no digit and no \"__\" in front");
    }
    if (histogram && label.name == "le") refuse(metric, "the label \"le\" is the histogram's own; use another name");
    result.emplace_back(label.name, base::as_utf8(label.value));
  }
  std::sort(result.begin(), result.end());
  const auto twice =
      std::adjacent_find(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
  if (twice != result.end()) refuse(metric, "the label \"" + twice->first + "\" is given twice");
  return result;
}

bool same_names(const Labels& a, const Labels& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& left, const auto& right) { return left.first == right.first; });
}

std::string names_of(const Labels& labels) {
  std::string names;
  for (const auto& [name, value] : labels) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : names;
}

void add_labels(std::string& out, const Labels& labels, std::string_view more = {}) {
  if (labels.empty() && more.empty()) return;
  char separator = '{';
  for (const auto& [name, value] : labels) {
    out += std::exchange(separator, ',');
    (out += name) += "=\"";
    base::add_label_value(out, value);
    out += '"';
  }
  if (!more.empty()) (out += separator) += more;
  out += '}';
}

void add_sample(std::string& out, std::string_view name, std::string_view suffix, const Labels& labels, double value,
                std::string_view more = {}) {
  (out += name) += suffix;
  add_labels(out, labels, more);
  out += ' ';
  base::add_number(out, value);
  out += '\n';
}

}  // namespace

constinit const std::span<const double> Metrics::kSeconds{kSecondsBounds};

void Counter::add(double amount) noexcept {
  if (amount > 0) value_.fetch_add(amount, std::memory_order_relaxed);
}

void Gauge::add(double amount) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }

class Metrics::Impl {
 public:
  /// The metric of that kind, name and labels, made from `arguments` when it is not there.
  template <class Kind, class... Arguments>
  Kind& get(std::string_view name, std::string_view help, std::initializer_list<MetricLabel> given,
            const Arguments&... arguments) {
    constexpr bool kHistogram = std::is_same_v<Kind, Histogram>;
    if (!base::is_metric_name(name)) {
      refuse(name, "cannot be a metric's name; use letters, digits, '_' and ':', no digit in front");
    }
    Labels labels = sorted(name, given, kHistogram);
    const std::lock_guard lock{mutex_};
    const auto family = families_.find(name);
    if (family == families_.end()) {
      check_is_free(name, kHistogram);
      Family made;
      made.help = base::as_utf8(help);
      made.metrics.try_emplace(std::move(labels), std::in_place_type<Kind>, arguments...);
      const auto added = families_.emplace(name, std::move(made)).first;
      return std::get<Kind>(added->second.metrics.begin()->second);
    }
    auto& metrics = family->second.metrics;
    const auto& [known, first] = *metrics.begin();
    if (!std::holds_alternative<Kind>(first)) refuse(name, "is a " + std::string{kind_of(first)} + " already");
    if (!same_names(known, labels)) {
      refuse(name, "has the labels " + names_of(known) + " and cannot have " + names_of(labels));
    }
    if constexpr (kHistogram) {  // the first request decides
      const std::span<const double> bounds = std::get<Histogram>(first).impl_->bounds();
      return std::get<Kind>(metrics.try_emplace(std::move(labels), std::in_place_type<Kind>, bounds).first->second);
    } else {
      return std::get<Kind>(metrics.try_emplace(std::move(labels), std::in_place_type<Kind>).first->second);
    }
  }

  std::string text() const {
    std::string out;
    const std::lock_guard lock{mutex_};
    for (const auto& [name, family] : families_) {
      ((out += "# HELP ") += name) += ' ';
      base::add_help(out, family.help);
      ((out += "\n# TYPE ") += name) += ' ';
      (out += kind_of(family.metrics.begin()->second)) += '\n';
      for (const auto& [labels, metric] : family.metrics) {
        std::visit([&, &at = labels](const auto& value) { add(out, name, at, value); }, metric);
      }
    }
    return out;
  }

  /// One function to call before each exposition.
  struct Refresher {
    std::mutex mutex;  ///< held while it is called
    std::function<void()> call;
  };

  void refresh() const {
    std::vector<std::shared_ptr<Refresher>> refreshers;
    {
      const std::lock_guard lock{mutex_};
      refreshers = refreshers_;
    }
    for (const auto& refresher : refreshers) {
      const std::lock_guard lock{refresher->mutex};
      try {
        if (refresher->call) refresher->call();
      } catch (...) {  // the metrics of the others are worth more than a complaint
      }
    }
  }

  void begin(std::shared_ptr<Refresher> refresher) {
    const std::lock_guard lock{mutex_};
    refreshers_.push_back(std::move(refresher));
  }

  void end(const std::shared_ptr<Refresher>& refresher) {
    {
      const std::lock_guard lock{mutex_};
      std::erase(refreshers_, refresher);
    }
    const std::lock_guard lock{refresher->mutex};  // an exposition may have it still
    refresher->call = nullptr;
  }

 private:
  using Metric = std::variant<Counter, Gauge, Histogram>;
  struct Family {
    std::string help;
    std::map<Labels, Metric> metrics;  // never empty
  };

  static std::string_view kind_of(const Metric& metric) {
    constexpr std::array<std::string_view, 3> kKinds{"counter", "gauge", "histogram"};
    return kKinds[metric.index()];
  }

  /// A histogram is three names in the text; none of them may be another metric's.
  void check_is_free(std::string_view name, bool histogram) const {
    for (const std::string_view suffix : kHistogramSuffixes) {
      if (histogram && families_.contains(std::string{name} + std::string{suffix})) {
        refuse(name, "a histogram of that name collides with " + std::string{name} + std::string{suffix});
      }
      if (!name.ends_with(suffix)) continue;
      const auto owner = families_.find(name.substr(0, name.size() - suffix.size()));
      if (owner != families_.end() && std::holds_alternative<Histogram>(owner->second.metrics.begin()->second)) {
        refuse(name, "is part of the histogram " + owner->first);
      }
    }
  }

  static void add(std::string& out, std::string_view name, const Labels& labels, const Counter& counter) {
    add_sample(out, name, "", labels, counter.value());
  }
  static void add(std::string& out, std::string_view name, const Labels& labels, const Gauge& gauge) {
    add_sample(out, name, "", labels, gauge.value());
  }
  static void add(std::string& out, std::string_view name, const Labels& labels, const Histogram& histogram) {
    const Histogram::Impl& impl = *histogram.impl_;
    std::uint64_t count = 0;
    std::string le;
    for (std::size_t i = 0; i <= impl.bounds().size(); ++i) {
      count += impl.in_bucket(i);
      le = "le=\"";
      if (i < impl.bounds().size()) base::add_number(le, impl.bounds()[i]);
      else le += "+Inf";
      add_sample(out, name, "_bucket", labels, static_cast<double>(count), le += '"');
    }
    add_sample(out, name, "_sum", labels, impl.sum());
    add_sample(out, name, "_count", labels, static_cast<double>(count));  // what +Inf says, whatever came meanwhile
  }

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
  std::vector<std::shared_ptr<Refresher>> refreshers_;
};

Metrics::Metrics() : impl_{std::make_shared<Impl>()} {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string_view name, std::string_view help, std::initializer_list<MetricLabel> labels) {
  return impl_->get<Counter>(name, help, labels);
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, std::initializer_list<MetricLabel> labels) {
  return impl_->get<Gauge>(name, help, labels);
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, std::initializer_list<MetricLabel> labels,
                              std::span<const double> bounds) {
  return impl_->get<Histogram>(name, help, labels, bounds);
}

std::unique_ptr<Metrics::Refresh> Metrics::refresh_with(std::function<void()> refresh) {
  if (!refresh) throw Error{Errc::invalid_argument, "refresh_with: the function is empty"};
  auto refresher = std::make_shared<Impl::Refresher>();
  refresher->call = std::move(refresh);
  // The registry lives as long as the last of its refreshes, so that either may end first.
  auto ended = std::make_unique<Refresh>([impl = impl_, refresher] { impl->end(refresher); });
  impl_->begin(std::move(refresher));
  return ended;
}

std::string Metrics::prometheus() const {
  impl_->refresh();
  return impl_->text();
}

Metrics& no_metrics() noexcept {
  static Metrics& metrics = *new Metrics;  // never destroyed: other statics may use it at exit
  return metrics;
}

}  // namespace leftfold::inline v0
