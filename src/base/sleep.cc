#include "base/sleep.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace leftfold::base {

void sleep_for(Clock& clock, Instant::duration time) {
  std::mutex mutex;
  std::condition_variable_any nobody;
  std::unique_lock lock{mutex};
  (void)clock.wait_until(lock, nobody, std::stop_token{}, clock.instant() + time, [] { return false; });
}

}  // namespace leftfold::base
