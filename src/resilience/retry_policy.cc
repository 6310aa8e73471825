// SPDX-License-Identifier: Apache-2.0
#include <leftfold/retry_policy.h>

#include "resilience/option_checks.h"

namespace leftfold::inline v0 {

void validate(const RetryPolicy& policy) {
  using detail::check_between;
  using std::chrono::milliseconds;
  constexpr int kMost = 1'000'000;
  check_between("retry.immediate", policy.immediate, 0, kMost);
  check_between("retry.max_attempts", policy.max_attempts, 1, kMost);
  check_between("retry.base", policy.base, milliseconds{1});
  check_between("retry.cap", policy.cap, RetryPolicy::kShortestPause);
  check_between("retry.multiplier", policy.multiplier, 1, 1000);
  check_between("retry.max_elapsed", policy.max_elapsed, milliseconds{0});
  check_between("retry.budget", policy.budget, 0, kMost);
  check_between("retry.budget_refill", policy.budget_refill, 0, kMost);
}

}  // namespace leftfold::inline v0
