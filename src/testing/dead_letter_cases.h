// SPDX-License-Identifier: Apache-2.0
// What the cases of the dead letter suite run on.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include <leftfold/testing/dead_letter_suite.h>
#include <leftfold/testing/expect.h>
#include <leftfold/testing/virtual_clock.h>

#include "testing/cases_of.h"

namespace leftfold::inline v0::testing {

struct DeadLetterPlaces {
  MakeDeadLetterStore make;
  DeadLetterSuiteOptions options;
};

/// A fresh place with one open handle on it, for one case.
struct DeadLetterTest {
  explicit DeadLetterTest(const DeadLetterPlaces& places)
      : options{places.options}, open{places.make(clock)}, handle{open()} {}
  [[nodiscard]] DeadLetterStore& store() { return *handle; }
  void reopen() {
    handle.reset();
    handle = open();
  }

  const DeadLetterSuiteOptions options;
  VirtualClock clock;
  OpenDeadLetterStore open;
  std::shared_ptr<DeadLetterStore> handle;
};

using DeadLetterCase = NamedCheck<DeadLetterTest>;

[[nodiscard]] std::span<const DeadLetterCase> dead_letter_park_cases();
[[nodiscard]] std::span<const DeadLetterCase> dead_letter_read_cases();
[[nodiscard]] std::span<const DeadLetterCase> dead_letter_claim_cases();
[[nodiscard]] std::span<const DeadLetterCase> dead_letter_change_cases();
[[nodiscard]] std::span<const DeadLetterCase> dead_letter_race_cases();

inline constexpr std::string_view kMail = "shop.Mail";  ///< the subscription of most cases
inline constexpr std::chrono::milliseconds kLease{30'000};

/// A letter whose handler failed, and one that follows such a letter; every field has a value of its own.
[[nodiscard]] DeadLetter failed_letter(std::string sequence, std::int64_t version);
[[nodiscard]] DeadLetter follower_letter(std::string sequence, std::int64_t version);
/// A letter whose bytes name no version: its order is that of the feed.
[[nodiscard]] DeadLetter unversioned_letter(std::string sequence, std::int32_t partition, std::int64_t position);
[[nodiscard]] LetterKey key_of(const DeadLetter& letter);
[[nodiscard]] LetterKey key_at(std::int64_t version);

/// Parks letters without limits and returns how many were added.
std::size_t park(DeadLetterStore& store, const std::vector<DeadLetter>& letters, std::string_view subscription = kMail);
[[nodiscard]] DeadLetterClaim must_claim(DeadLetterStore& store, std::string_view sequence,
                                         std::source_location where = std::source_location::current());
/// The one sequence of that id. Throws ExpectationFailed when there is none.
[[nodiscard]] DeadSequence find_sequence(DeadLetterStore& store, std::string_view sequence,
                                         std::source_location where = std::source_location::current());
/// All letters of a sequence.
[[nodiscard]] std::vector<DeadLetter> letters_of(DeadLetterStore& store, std::string_view sequence);
/// The versions of a sequence's letters, as "5 6 7".
[[nodiscard]] std::string versions_of(DeadLetterStore& store, std::string_view sequence);

/// Throws ExpectationFailed unless all is the same, parked_at left out.
void expect_same_letter(const DeadLetter& actual, const DeadLetter& expected,
                        std::source_location where = std::source_location::current());
void expect_removed(DeadLetterStore::Removed actual, DeadLetterStore::Removed expected, std::string_view what,
                    std::source_location where = std::source_location::current());

}  // namespace leftfold::inline v0::testing
