// SPDX-License-Identifier: Apache-2.0
#include <leftfold/circuit_breaker.h>

#include "resilience/option_checks.h"

namespace leftfold::inline v0 {

void validate(const BreakerOptions& options) {
  using detail::check_between;
  using std::chrono::milliseconds;
  constexpr milliseconds kShortest{1};
  constexpr double kMost = 10'000;  // all of a window is looked at now and then
  const auto count = [](std::string_view field, std::size_t value) {
    check_between(field, static_cast<double>(value), 1, kMost);
  };
  check_between("breaker.window_time", options.window_time, milliseconds{BreakerOptions::kBuckets});
  count("breaker.window_calls", options.window_calls);
  count("breaker.min_calls", options.min_calls);
  if (options.window == BreakerOptions::Window::count) {
    check_between("breaker.min_calls (with a window of calls, at most window_calls)",
                  static_cast<double>(options.min_calls), 1, static_cast<double>(options.window_calls));
  }
  constexpr double kSmallestRate = 0.0001;
  check_between("breaker.failure_rate", options.failure_rate, kSmallestRate, 1);
  check_between("breaker.slow_rate", options.slow_rate, kSmallestRate, 1);
  check_between("breaker.slow", options.slow, kShortest);
  check_between("breaker.min_distinct", static_cast<double>(options.min_distinct), 1, 1000);
  check_between("breaker.open", options.open, kShortest);
  check_between("breaker.open_growth", options.open_growth, 1, 100);
  check_between("breaker.max_open", options.max_open, options.open);
  check_between("breaker.open_jitter", options.open_jitter, 0, 0.9);
  check_between("breaker.calm", options.calm, milliseconds{0});
  count("breaker.probes", options.probes);
  count("breaker.probe_successes", options.probe_successes);
  check_between("breaker.max_half_open", options.max_half_open, kShortest);
}

std::string_view to_string(BreakerState state) noexcept {
  switch (state) {
    case BreakerState::closed: return "closed";
    case BreakerState::open: return "open";
    case BreakerState::half_open: return "half_open";
    case BreakerState::forced_open: return "forced_open";
    case BreakerState::disabled: return "disabled";
  }
  return "unknown";
}

}  // namespace leftfold::inline v0
