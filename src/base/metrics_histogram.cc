// SPDX-License-Identifier: Apache-2.0
#include "base/metrics_histogram.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <leftfold/error.h>

namespace leftfold::inline v0 {
namespace {

std::span<const double> checked(std::span<const double> bounds) {
  if (bounds.empty()) return Metrics::kSeconds;
  const bool finite = std::all_of(bounds.begin(), bounds.end(), [](double bound) { return std::isfinite(bound); });
  const bool grow = std::adjacent_find(bounds.begin(), bounds.end(), std::greater_equal<>{}) == bounds.end();
  if (!finite || !grow) {
    throw Error{Errc::invalid_argument, "a histogram's bounds are finite numbers, each larger than the one before"};
  }
  return bounds;
}

}  // namespace

Histogram::Histogram(std::span<const double> bounds) : impl_{std::make_unique<Impl>(checked(bounds))} {}
Histogram::~Histogram() = default;

void Histogram::Impl::observe(double value) noexcept {
  if (std::isnan(value)) return;
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

void Histogram::observe(double value) noexcept { impl_->observe(value); }

std::uint64_t Histogram::count() const noexcept {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= impl_->bounds().size(); ++i) count += impl_->in_bucket(i);
  return count;
}

double Histogram::sum() const noexcept { return impl_->sum(); }

}  // namespace leftfold::inline v0
