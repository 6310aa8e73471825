// SPDX-License-Identifier: Apache-2.0
// Export and import of dead letters.
#pragma once

#include <cstddef>
#include <functional>
#include <istream>
#include <string>
#include <string_view>

#include <leftfold/control_store.h>
#include <leftfold/dead_letter_store.h>

namespace leftfold::inline v0::detail {

/// Calls `write` with one line (docs/format/dead-letters.md) a letter, sequence by sequence in the order of
/// DeadLetterStore::list, letters in order. Changes nothing. What is parked or handled meanwhile may be there or not.
/// Returns how many letters were written. Throws what the store and `write` throw.
std::size_t export_letters(DeadLetterStore& store, const DeadLetterFilter& filter,
                           const std::function<void(std::string_view line)>& write);

struct Imported {
  std::size_t lines = 0;  ///< letters in the text
  std::size_t added = 0;  ///< letters that were not there yet
};

/// Parks the letters of an export again, with their facts as they were, all of one subscription or none. Into the
/// subscriptions they came from, or into `into` when it is not empty. Empty lines are nothing.
/// A subscription must be paused, so that no Runner handles events of a sequence that it does not know to be parked;
/// and its Runners must have seen the pause.
/// Throws Error(invalid_data) naming line and field, invalid_argument for a subscription that is not paused, both with
/// nothing imported; what the stores throw.
Imported import_letters(DeadLetterStore& store, ControlStore& controls, std::istream& lines, const ChangedBy& by,
                        std::string_view into = {});

}  // namespace leftfold::inline v0::detail
