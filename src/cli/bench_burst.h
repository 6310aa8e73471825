// SPDX-License-Identifier: Apache-2.0
// Threads that do the same again and again for a while, and how long each call took.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>

namespace leftfold::inline v0::cli {

/// What the threads of a burst did together. Plain value.
struct BurstFigures {
  std::uint64_t events = 0;
  std::uint64_t calls = 0;
  double seconds = 0;  ///< from the first call's begin to the last one's end
  double p50_us = 0;   ///< of one call; 0 when there was none
  double p99_us = 0;

  [[nodiscard]] double events_per_s() const noexcept { return seconds > 0 ? static_cast<double>(events) / seconds : 0; }
};

/// One call of the thread `writer`, counted from 0. Returns how many events it did; 0 ends the thread.
using BurstCall = std::function<std::size_t(std::size_t writer)>;
/// Told about every tenth of a second how long the burst lasts and what is done, on the thread that called run_burst().
using BurstProgress = std::function<void(std::chrono::duration<double> elapsed, std::uint64_t events)>;

/// Calls `call` on `writers` threads, all from the same moment on, until each has ended, `longest` is over or a stop is
/// requested; a call that has begun is finished. Throws what a call threw first, once all threads have ended, and
/// Error(unavailable) when the system has no thread left.
[[nodiscard]] BurstFigures run_burst(std::size_t writers, std::chrono::duration<double> longest, std::stop_token stop,
                                     const BurstCall& call, const BurstProgress& progress);

}  // namespace leftfold::inline v0::cli
