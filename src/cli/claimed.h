// SPDX-License-Identifier: Apache-2.0
// The right to change the dead letters of one aggregate by hand.
#pragma once

#include <string_view>

#include <leftfold/dead_letter_store.h>

#include "cli/context.h"
#include "cli/subscriptions.h"

namespace leftfold::inline v0::cli {

/// Claims a sequence for as long as it lives, at most 30 seconds. The store must outlive it.
class Claimed {
 public:
  /// What to do when somebody has it who may be dead: see outwait_claim().
  enum class Patience { none, outwaits };
  /// Throws Error(not_found) when it has no letters (any more), Error(fenced) when somebody else has it.
  Claimed(const Context& context, const Opened& opened, const Subscriptions& names, std::string_view subscription,
          std::string_view sequence, Patience patience = Patience::outwaits);
  ~Claimed();
  Claimed(const Claimed&) = delete;
  Claimed& operator=(const Claimed&) = delete;

  [[nodiscard]] const DeadLetterClaim& claim() const noexcept { return claim_; }

 private:
  DeadLetterStore& store_;
  DeadLetterClaim claim_;
};

/// Throws Error(version_conflict): the letters changed between being shown and being changed.
[[noreturn]] void letters_changed(std::string_view sequence);

}  // namespace leftfold::inline v0::cli
