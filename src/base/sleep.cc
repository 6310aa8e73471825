// SPDX-License-Identifier: Apache-2.0
#include "base/sleep.h"

#include <condition_variable>
#include <mutex>

namespace leftfold::inline v0::base {

void sleep_for(Clock& clock, Instant::duration time) {
  (void)pause_until(clock, clock.instant() + time, std::stop_token{});
}

bool pause_until(Clock& clock, Instant deadline, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any nobody;
  std::unique_lock lock{mutex};
  (void)clock.wait_until(lock, nobody, stop, deadline, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace leftfold::inline v0::base
