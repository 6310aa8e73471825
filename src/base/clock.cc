// SPDX-License-Identifier: Apache-2.0
#include <leftfold/clock.h>

#include <utility>

namespace leftfold::inline v0 {
namespace {

class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }

  Instant instant() const override { return std::chrono::steady_clock::now(); }

  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& signal, const std::stop_token& stop,
                  Instant deadline) override {
    // The overloads that watch a stop token also loop on a predicate; one that turns true after the first look makes
    // them return at the first notification, which is what this port promises.
    bool waited = false;
    const auto once = [&waited] { return std::exchange(waited, true); };
    if (deadline == kNever) {  // without a timer: the end of time does not fit every system's timespec
      signal.wait(lock, stop, once);
    } else {
      signal.wait_until(lock, stop, deadline, once);
    }
  }
};

}  // namespace

Clock& system_clock() noexcept {
  static SystemClock& clock = *new SystemClock;  // never destroyed: other statics may use it at exit
  return clock;
}

}  // namespace leftfold::inline v0
