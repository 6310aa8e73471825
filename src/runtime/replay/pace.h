// SPDX-License-Identifier: Apache-2.0
// At most so many events a second.
#pragma once

#include <cstddef>
#include <mutex>
#include <stop_token>

#include <leftfold/clock.h>

namespace leftfold::inline v0::runtime {

/// Shared by the readers of a replay. Any thread; the clock must outlive it.
class Pace {
 public:
  /// `a_second` 0: as fast as it goes.
  Pace(double a_second, Clock& clock) : a_second_{a_second}, clock_{clock}, begin_{clock.instant()} {}

  /// How many events to read in one go, so that a second has some pages: at most `most`.
  [[nodiscard]] std::size_t page(std::size_t most) const noexcept;
  /// Waits until so many more may be read. False: the stop came.
  [[nodiscard]] bool wait(std::size_t events, const std::stop_token& stop);

 private:
  const double a_second_;
  Clock& clock_;
  const Instant begin_;
  std::mutex mutex_;
  double events_ = 0;  // let through
};

}  // namespace leftfold::inline v0::runtime
