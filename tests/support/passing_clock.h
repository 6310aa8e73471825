// SPDX-License-Identifier: Apache-2.0
// A clock that does not make tests wait.
#pragma once

#include <atomic>
#include <chrono>

#include <leftfold/clock.h>

namespace leftfold::test_support {

/// Time passes only by waits, which are over at once. Any thread.
class PassingClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override {
    return kBegin + ahead_.load() + std::chrono::floor<std::chrono::milliseconds>(passed());
  }
  [[nodiscard]] Instant instant() const override { return Instant{passed()}; }
  void wait_until(std::unique_lock<std::mutex>&, std::condition_variable_any&, const std::stop_token&,
                  Instant deadline) override {
    ++waits_;
    std::chrono::nanoseconds passed = passed_.load();
    while (passed < deadline.time_since_epoch() &&
           !passed_.compare_exchange_weak(passed, std::chrono::nanoseconds{deadline.time_since_epoch()})) {
    }
  }
  /// How much time has passed, and in how many waits.
  [[nodiscard]] std::chrono::nanoseconds passed() const { return passed_.load(); }
  [[nodiscard]] int waits() const { return waits_.load(); }
  /// Sets the wall clock off by this; instant() stays.
  void be_ahead(std::chrono::milliseconds by) { ahead_ = by; }

  static constexpr Timestamp kBegin{std::chrono::milliseconds{1'700'000'000'000}};  // 2023-11-14T22:13:20Z

 private:
  std::atomic<std::chrono::nanoseconds> passed_{std::chrono::nanoseconds{0}};
  std::atomic<int> waits_{0};
  std::atomic<std::chrono::milliseconds> ahead_{std::chrono::milliseconds{0}};
};

}  // namespace leftfold::test_support
