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

/// Calls checks on a thread of its own when somebody asks and the last answers are old, one round at a time, so that
/// many who ask cost one round. Any thread.
class RecentHealth {
 public:
  /// Whose checks: those that are acted on do not wait for one that only people read.
  enum class Part { ready, rest };

  RecentHealth(const Health& health, Part part, std::chrono::milliseconds fresh, std::chrono::milliseconds deadline,
               Clock& clock);
  /// Waits for the check that runs.
  ~RecentHealth() = default;

  /// Begins a round, as report() does, and waits for nothing.
  void ask();
  /// The checks of the part. After the deadline a check that has not answered is one that failed.
  [[nodiscard]] HealthReport report();

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] bool has(HealthScope scope) const noexcept {
    return (scope == HealthScope::ready) == (part_ == Part::ready);
  }
  [[nodiscard]] bool is_fresh() const;
  void want();
  [[nodiscard]] HealthReport as_known(bool in_time) const;

  const Health& health_;
  const Part part_;
  const std::chrono::milliseconds fresh_;
  const std::chrono::milliseconds deadline_;
  Clock& clock_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool wanted_ = false;
  bool running_ = false;
  std::size_t at_ = 0;                                 // the check that runs
  Instant begun_{};                                    // when it was called
  std::uint64_t rounds_ = 0;                           // ended
  std::optional<Instant> answered_;                    // when the last round ended
  std::vector<std::optional<CheckedHealth>> answers_;  // by the number of the check; empty: of the other part
  std::jthread thread_;                                // last: it uses the rest
};

}  // namespace leftfold::inline v0::observe
