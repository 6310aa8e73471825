// SPDX-License-Identifier: Apache-2.0
// The head of a sequence of dead letters: what lists show of it, and its claim.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/dead_letter_store.h>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

/// What a head says of its first letter. Plain value.
struct FirstLetter {
  LetterKey key;
  std::string event_type;  ///< at most kMaxErrorBytes of it, as of the error's
  ParkReason reason = ParkReason::failed;
  FailureClass failure = FailureClass::permanent;
  std::string error_type;
  std::string error_message;
  int redrives = 0;
  std::size_t items = 1;  ///< that the letter lies in
};

/// A claim as it is stored. Who else wants the sequence watches token and renewals. Plain value.
struct HeldClaim {
  Uuid token;
  std::string by;
  std::chrono::milliseconds lease{0};
  std::int64_t renewals = 0;
};

/// One item a sequence; it is there exactly as long as the sequence is, and every change of the sequence is one of it.
/// Plain value.
struct DeadHead {
  std::string subscription;
  std::string sequence;
  Uuid shelf;                 ///< that its letters lie on; another when it is made anew
  std::int64_t letters = 0;   ///< above 0
  std::int64_t revision = 0;  ///< one more with every change
  Uuid write_id;              ///< of the call that wrote letters last: it knows itself when its answer was lost
  Timestamp parked_at{};
  Timestamp changed_at{};
  std::optional<Timestamp> retry_at;
  FirstLetter first;
  std::optional<HeldClaim> claim;

  [[nodiscard]] bool is_claimed_by(const DeadLetterClaim& by) const { return claim && claim->token == by.token; }
};

/// At most kMaxErrorBytes of a text, as heads keep it and filters compare it.
[[nodiscard]] std::string shortened(std::string_view text);

/// docs/stores/dynamodb.md shows it.
[[nodiscard]] Item head_item(const DeadHead& head);
/// Throws Error(corrupt) for an item that is no head.
[[nodiscard]] DeadHead read_head(std::string_view subscription, const Item& item);
/// Whether a list with this filter shows it; its subscription is not looked at.
[[nodiscard]] bool fits(const DeadLetterFilter& filter, const DeadHead& head);

// Attributes that calls change alone.
inline constexpr std::string_view kShelf = "shelf";
inline constexpr std::string_view kRevision = "revision";
inline constexpr std::string_view kChangedAt = "changedAt";
inline constexpr std::string_view kRetryAt = "retryAt";
inline constexpr std::string_view kClaimToken = "claimToken";
inline constexpr std::string_view kClaimedBy = "claimedBy";
inline constexpr std::string_view kLease = "lease";
inline constexpr std::string_view kRenewals = "renewals";

}  // namespace leftfold::inline v0::dynamodb
