// SPDX-License-Identifier: Apache-2.0
// Threads that call something again and again for a while, and what became of it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "support/workload.h"

namespace leftfold::bench {

enum class Phase { warm_up, measure, over };

/// What one thread of a burst did. Written by that thread; a cache line each, because it is written at every call.
class alignas(64) Worker {
 public:
  explicit Worker(const std::atomic<Phase>& phase) : phase_{phase} {}

  [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }
  void did(std::uint64_t units) { units_.fetch_add(units, std::memory_order_relaxed); }

  /// Calls `call`, which does `units`, and keeps how long that took when it begins after the warm-up.
  template <class Call>
  void timed(std::uint64_t units, const Call& call) {
    const bool measured = phase_ == Phase::measure;
    const auto begin = SteadyClock::now();
    call();
    if (measured) {
      latencies_us_.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count());
    }
    did(units);
  }

  [[nodiscard]] std::uint64_t units() const { return units_.load(std::memory_order_relaxed); }
  [[nodiscard]] const std::vector<double>& latencies_us() const { return latencies_us_; }

 private:
  const std::atomic<Phase>& phase_;
  std::atomic<std::uint64_t> units_{0};
  std::vector<double> latencies_us_;
};

/// What one thread does until its worker is over.
using WorkerBody = std::function<void(Worker&)>;

struct BurstFigures {
  double units_per_s = 0;
  double cpu_us_per_unit = 0;  ///< of this process
  double p50_us = 0;           ///< of one timed call
  double p99_us = 0;
};

/// Runs every body on a thread of its own, all from the same moment on, measures for `seconds` after `warm_up` seconds,
/// and returns when all have ended. Throws what a body threw first; the others are ended then.
[[nodiscard]] BurstFigures run_burst(const std::vector<WorkerBody>& bodies, double warm_up, double seconds);

}  // namespace leftfold::bench
