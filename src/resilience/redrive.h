// SPDX-License-Identifier: Apache-2.0
// Re-drive: handles the dead letters of one sequence again, in order, under a claim.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <leftfold/clock.h>
#include <leftfold/dead_letter_store.h>
#include <leftfold/failure.h>

namespace leftfold::inline v0::detail {

/// What a re-drive needs to know of the subscription.
struct RedriveTarget {
  std::string subscription;
  std::string owner;  // "host:pid", for people
  /// Handles one event as the live path does (same handler, same gate). Throws what the handler throws.
  std::function<void(const RecordedEvent&)> handle;
  FailureRules rules;
  std::chrono::milliseconds lease{30'000};
  /// When to try again by itself after the n-th failed re-drive; empty: only when asked.
  std::function<std::optional<Timestamp>(int redrives, Timestamp now)> retry_at;
};

/// How it went.
struct RedriveResult {
  enum class End {
    finished,     // every letter was handled, the sequence is gone
    failed,       // the first letter left failed again, or is held; it and the others are parked as before
    not_claimed,  // there is no such sequence, or another re-drive has it
    refused,      // the claim was lost on the way: another one goes on
    stopped,      // `stop` was requested; the rest stays parked
  };
  End end = End::not_claimed;
  std::size_t handled = 0;
  std::optional<FailureClass> failure;  // of `failed`
  std::string error;                    // of `failed`: its text, or its type when it has none
};

/// Re-drives one sequence. A letter is evicted only after its handler returned (or met a duplicate); the claim is
/// renewed before each letter, and nothing is handled once it is lost. The lease must be longer than one handling: a
/// handler that outlasts it may run beside another re-drive's. A letter that met FailureClass::unavailable is left as
/// it is and asked for again, at retry_at or after a lease; one that met fatal is tried again only when asked. Throws
/// what the store throws: letters handled so far are gone, the claim ends with its lease. One thread a call.
[[nodiscard]] RedriveResult redrive(DeadLetterStore& store, const RedriveTarget& target, std::string_view sequence,
                                    Clock& clock, const std::stop_token& stop);

}  // namespace leftfold::inline v0::detail
