// SPDX-License-Identifier: Apache-2.0
// What every dead letter store asks of its callers.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include <leftfold/dead_letter_store.h>

namespace leftfold::inline v0::detail {

// Throws Error(invalid_argument) for an empty subscription or a letter whose sequence is empty.
void check_parked(std::string_view subscription, std::span<const DeadLetter> letters);
// Throws Error(invalid_argument) unless it says who.
void check_changed_by(const ChangedBy& by);
// Throws Error(invalid_argument) unless it is "discard" or "expire".
void check_discard_action(std::string_view action);
// Throws Error(invalid_argument) for a lease that would end at once.
void check_lease(std::chrono::milliseconds lease);

// At most kMaxErrorBytes of an error's text, cut between characters. A view into it.
[[nodiscard]] std::string_view cut_error(std::string_view message) noexcept;

// Throws Error(storage_full) when `sequences` or `letters` are more than the limits allow.
void check_sequences(std::string_view subscription, std::size_t sequences, const DeadLetterLimits& limits);
void check_letters(std::string_view subscription, std::string_view sequence, std::size_t letters,
                   const DeadLetterLimits& limits);

}  // namespace leftfold::inline v0::detail
