// SPDX-License-Identifier: Apache-2.0
// Notices that a broker's head is frozen.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <leftfold/health_checks.h>
#include <leftfold/types.h>

namespace leftfold::inline v0::runtime {

/// Compares what it is shown with what it was shown before. One thread at a time.
class HeadWatch {
 public:
  /// For how long the head has stood still although events were stored: 0 when it has not. Counted from the first look
  /// at which more was stored.
  [[nodiscard]] std::chrono::milliseconds frozen_for(const HeadCounts& now, Instant at) {
    if (!last_ || now.delivered != last_->delivered) {
      last_ = now;
      frozen_since_.reset();
    } else if (now.stored > last_->stored && !frozen_since_) {
      frozen_since_ = at;
    }
    if (!frozen_since_) return {};
    return std::chrono::duration_cast<std::chrono::milliseconds>(at - *frozen_since_);
  }
  /// Events stored since the head moved last, as far as it was shown.
  [[nodiscard]] std::int64_t stored_since(const HeadCounts& now) const noexcept {
    return last_ ? now.stored - last_->stored : 0;
  }

 private:
  std::optional<HeadCounts> last_;  // as the head came where it is
  std::optional<Instant> frozen_since_;
};

}  // namespace leftfold::inline v0::runtime
