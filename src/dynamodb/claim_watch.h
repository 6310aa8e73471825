// SPDX-License-Identifier: Apache-2.0
// How long claims of others have stood still, by this process's own clock.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <leftfold/clock.h>

#include "dynamodb/dead_letter_head.h"

namespace leftfold::inline v0::dynamodb {

/// A claim ends for whoever has seen it unchanged for its whole lease on a monotonic clock of its own: so no two clocks
/// are ever compared. One that is seen for the first time therefore lasts. Any thread. The clock must outlive it.
class ClaimWatch {
 public:
  explicit ClaimWatch(Clock& clock) : clock_{clock} {}

  /// Looks at a claim that is stored now. Returns whether it has ended.
  [[nodiscard]] bool ended(std::string_view subscription, std::string_view sequence, const HeldClaim& claim);
  /// There is none, or no sequence.
  void forget(std::string_view subscription, std::string_view sequence);

 private:
  struct Seen {
    Uuid token;
    std::int64_t renewals = 0;
    Instant since{};
    Instant looked_at{};
  };
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Seen> seen_;  // by subscription and sequence
};

}  // namespace leftfold::inline v0::dynamodb
