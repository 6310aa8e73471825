// SPDX-License-Identifier: Apache-2.0
#include "support/backoff.h"

#include <algorithm>
#include <cmath>

namespace examples {

std::chrono::milliseconds Backoff::pause(int n) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  const double grown = Milliseconds{policy_.base}.count() * std::pow(policy_.multiplier, std::min(n, 64) - 1);
  const double bound = std::min(grown, Milliseconds{policy_.cap}.count());
  state_ = state_ * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX generator; its high bits are good
  const double part = static_cast<double>(state_ >> 11U) * 0x1.0p-53;
  const std::chrono::milliseconds jittered{static_cast<std::int64_t>(bound * part)};
  return std::max(jittered, leftfold::RetryPolicy::kShortestPause);
}

}  // namespace examples
