// SPDX-License-Identifier: Apache-2.0
#include "runtime/replay/pace.h"

#include <algorithm>
#include <chrono>

#include "base/sleep.h"

namespace leftfold::inline v0::runtime {

std::size_t Pace::page(std::size_t most) const noexcept {
  if (a_second_ <= 0) return most;
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::min(a_second_ / 10, 1e9)), 1, most);
}

bool Pace::wait(std::size_t events, const std::stop_token& stop) {
  if (a_second_ <= 0) return !stop.stop_requested();
  Instant due;
  {
    const std::scoped_lock lock{mutex_};
    due = begin_ + std::chrono::duration_cast<Instant::duration>(std::chrono::duration<double>{events_ / a_second_});
    events_ += static_cast<double>(events);
  }
  return base::pause_until(clock_, due, stop) && !stop.stop_requested();
}

}  // namespace leftfold::inline v0::runtime
