// SPDX-License-Identifier: Apache-2.0
// A wall clock that stands still.
#pragma once

#include <leftfold/clock.h>

namespace leftfold::test_sqlite {

/// now() is what the test says; waits and instants are the machine's.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Timestamp now) : now_{now} {}
  [[nodiscard]] Timestamp now() const override { return now_; }
  [[nodiscard]] Instant instant() const override { return system_clock().instant(); }
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& signal, const std::stop_token& stop,
                  Instant deadline) override {
    system_clock().wait_until(lock, signal, stop, deadline);
  }

 private:
  Timestamp now_;
};

}  // namespace leftfold::test_sqlite
