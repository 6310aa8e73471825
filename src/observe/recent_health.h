// SPDX-License-Identifier: Apache-2.0
// What the checks said lately.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include <leftfold/health.h>

namespace leftfold::inline v0::observe {

/// Calls the checks on a thread of its own when somebody asks and the last answers are old, one round at a time, so
/// that many who ask cost one round. Any thread.
class RecentHealth {
 public:
  RecentHealth(const Health& health, std::chrono::milliseconds fresh, std::chrono::milliseconds deadline, Clock& clock);
  /// Waits for the check that runs.
  ~RecentHealth() = default;

  /// All checks, or those of a scope. After the deadline a check that has not answered is one that failed.
  [[nodiscard]] HealthReport report(std::optional<HealthScope> scope = {});

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] HealthReport as_known(std::optional<HealthScope> scope, bool in_time) const;

  const Health& health_;
  const std::chrono::milliseconds fresh_;
  const std::chrono::milliseconds deadline_;
  Clock& clock_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool wanted_ = false;
  bool running_ = false;
  std::size_t at_ = 0;               // the check that runs
  Instant begun_{};                  // when it was called
  std::uint64_t rounds_ = 0;         // ended
  std::optional<Instant> answered_;  // when the last round ended
  std::vector<CheckedHealth> answers_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace leftfold::inline v0::observe
