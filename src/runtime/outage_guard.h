// SPDX-License-Identifier: Apache-2.0
// Tells an outage from poison by how many aggregates fail.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <leftfold/clock.h>

namespace leftfold::inline v0::detail {

/// Counts, over a sliding minute, the aggregates that succeeded and those that are about to be parked after their
/// retries. Poison is one aggregate among many; when a good share would be parked, what they need is down.
/// Successes are counted only since somebody was about to be parked: a healthy subscription pays one look.
/// Any thread.
class OutageGuard {
 public:
  static constexpr std::chrono::minutes kWindow{1};
  static constexpr std::size_t kMost = 10'000;  // aggregates remembered; more of them only make the share smaller
  static constexpr std::size_t kMany = 256;     // aggregates; from then on a success in kOneIn is noted
  static constexpr std::uint32_t kOneIn = 64;
  static constexpr std::chrono::seconds kResolution{1};  // an aggregate is noted at most once in it

  OutageGuard(double ratio, std::size_t min_distinct) : ratio_{ratio}, min_distinct_{min_distinct} {}

  /// Whether successes count now; asked for every event, so that a healthy one costs one load, and one of many in
  /// troubled times not much more: once many aggregates are known, only some of the successes are noted.
  [[nodiscard]] bool wants_success() noexcept;
  void succeeded(std::string_view aggregate, Instant now);
  /// Takes note that `aggregate` is about to be parked. True when too many are.
  [[nodiscard]] bool is_outage(std::string_view aggregate, Instant now);

 private:
  struct Seen {
    Instant at{};
    bool fails = false;
  };
  void note(std::string_view aggregate, Instant now, bool fails);  // with mutex_ held
  void forget_before(Instant begin);

  const double ratio_;
  const std::size_t min_distinct_;
  std::atomic<bool> watching_{false};
  std::atomic<bool> many_{false};
  std::atomic<std::uint32_t> successes_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, Seen> seen_;
  std::deque<std::pair<Instant, std::string>> order_;  // of notes; an aggregate may be in it several times
};

}  // namespace leftfold::inline v0::detail
