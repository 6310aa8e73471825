// SPDX-License-Identifier: Apache-2.0
// What a Histogram is made of, for its own functions and for the exposition.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <leftfold/metrics.h>

namespace leftfold::inline v0 {

/// A counter a bucket, each for itself: a bucket of the text format is the sum of those up to it. Any thread.
class Histogram::Impl {
 public:
  /// `bounds` are finite and grow.
  explicit Impl(std::span<const double> bounds)
      : bounds_{bounds.begin(), bounds.end()},
        buckets_{std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)} {}

  void observe(double value) noexcept;
  [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::span<const double> bounds() const noexcept { return bounds_; }
  /// Values over the bound before and not over this one; the last, one more than bounds, is of all larger values.
  [[nodiscard]] std::uint64_t in_bucket(std::size_t i) const noexcept {
    return buckets_[i].load(std::memory_order_relaxed);
  }

 private:
  const std::vector<double> bounds_;
  const std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;
  std::atomic<double> sum_{0};
};

}  // namespace leftfold::inline v0
