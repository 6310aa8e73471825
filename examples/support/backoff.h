// SPDX-License-Identifier: Apache-2.0
// Pauses between tries of a client, as the library's handlers make them.
#pragma once

#include <chrono>
#include <cstdint>

#include <leftfold/retry_policy.h>

namespace examples {

/// Exponential backoff with full jitter by the numbers of a leftfold::RetryPolicy (see there). One thread.
class Backoff {
 public:
  Backoff(const leftfold::RetryPolicy& policy, std::uint64_t seed) : policy_{policy}, state_{seed} {}
  /// The pause after the n-th failure in a row, from 1.
  [[nodiscard]] std::chrono::milliseconds pause(int n);

 private:
  leftfold::RetryPolicy policy_;
  std::uint64_t state_;
};

}  // namespace examples
