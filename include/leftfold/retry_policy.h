// SPDX-License-Identifier: Apache-2.0
// How often and how soon a failed event is tried again.
#pragma once

#include <chrono>

namespace leftfold::inline v0 {

/// Immediate tries, then exponential backoff with full jitter: the n-th pause is random(0, min(cap, base *
/// multiplier^(n-1))), never under kShortestPause. Full jitter needs the fewest calls of all the schemes in AWS's own
/// model of contending clients (Exponential Backoff And Jitter, AWS Architecture Blog, 2015). Plain value.
struct RetryPolicy {
  int immediate = 1;                              ///< tries at once, on the same worker, before any pause
  int max_attempts = 6;                           ///< calls of the handler in all, the first included; then parked
  std::chrono::milliseconds base{100};            ///< the first pause is at most this
  std::chrono::milliseconds cap{10'000};          ///< no pause is longer
  double multiplier = 2.0;                        ///< growth of the pauses' bound
  std::chrono::milliseconds max_elapsed{30'000};  ///< from the first failure; then parked whatever attempts are left
                                                  ///< (time behind a breaker does not count)

  /// Budget of a subscription: a bucket of tokens, one a failure that is tried again, `budget_refill` back a success.
  /// Under half of it nothing is tried at once and the pauses' bound grows from kSlowdown times `base`: a storm of
  /// failures is not multiplied by retries. 0: no budget. (After gRPC's retry throttling, gRFC A6.)
  double budget = 100;
  double budget_refill = 0.1;

  static constexpr std::chrono::milliseconds kShortestPause{10};
  static constexpr int kSlowdown = 4;

  /// No second try: the first failure parks.
  [[nodiscard]] static RetryPolicy none() {
    RetryPolicy policy;
    policy.immediate = 0;
    policy.max_attempts = 1;
    return policy;
  }
};

/// Throws Error(invalid_config) that names the field, its value and what is allowed.
void validate(const RetryPolicy& policy);

}  // namespace leftfold::inline v0
