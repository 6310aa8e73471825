// SPDX-License-Identifier: Apache-2.0
#include "support/pause.h"

#include <condition_variable>
#include <mutex>

#include <leftfold/clock.h>

namespace examples {

bool pause(std::chrono::nanoseconds time, const std::stop_token& stop) {
  leftfold::Clock& clock = leftfold::system_clock();
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  (void)clock.wait_until(lock, never, stop, clock.instant() + time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace examples
