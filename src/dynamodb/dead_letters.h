// SPDX-License-Identifier: Apache-2.0
// The dead letters of a DynamoDB store.
#pragma once

#include <string>

#include <leftfold/dead_letter_store.h>

#include "dynamodb/claim_watch.h"
#include "dynamodb/client.h"
#include "dynamodb/dead_letter_claims.h"
#include "dynamodb/dead_letter_parking.h"
#include "dynamodb/dead_letter_reader.h"

namespace leftfold::inline v0::dynamodb {

/// DeadLetterStore in the second table; docs/stores/dynamodb.md has the layout. Each change of a sequence is one
/// transaction with its head. A claim ends for those who saw it unchanged for its lease, see ClaimWatch. Any thread.
/// The client must outlive it.
class DeadLetters final : public DeadLetterStore {
 public:
  DeadLetters(Client& client, const std::string& table)
      : watch_{*client.options().clock},
        reader_{client, table},
        parking_{client, table},
        claims_{client, table, watch_} {}

  // What is done under a claim.
  [[nodiscard]] Removed evict(const DeadLetterClaim& claim, const LetterKey& letter) override;
  [[nodiscard]] Removed skip(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy& by) override;
  [[nodiscard]] bool failed(const DeadLetterClaim& claim, const DeadLetter& letter,
                            std::optional<Timestamp> retry_at) override;
  [[nodiscard]] bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                          const ChangedBy& by) override;
  [[nodiscard]] std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by,
                                    std::string_view action) override;
  // Who works on a sequence, and when.
  [[nodiscard]] std::optional<DeadLetterClaim> claim(std::string_view subscription, std::string_view sequence,
                                                     std::string_view owner, std::chrono::milliseconds lease) override;
  [[nodiscard]] bool renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) override;
  void release(const DeadLetterClaim& claim) override;
  [[nodiscard]] bool request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) override;
  // What adds.
  std::size_t park(std::string_view subscription, std::span<const DeadLetter> letters,
                   const DeadLetterLimits& limits) override;
  [[nodiscard]] bool park_behind(std::string_view subscription, const DeadLetter& follower,
                                 const DeadLetterLimits& limits) override;
  std::size_t import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                             const ChangedBy& by) override;
  // What reads.
  [[nodiscard]] std::vector<std::string> sequences(std::string_view subscription) override;
  [[nodiscard]] std::vector<DeadSequence> list(const DeadLetterFilter& filter, std::size_t offset,
                                               std::size_t max) override;
  [[nodiscard]] DeadLetterCounts count(const DeadLetterFilter& filter) override;
  [[nodiscard]] std::vector<DeadLetter> letters(std::string_view subscription, std::string_view sequence,
                                                std::optional<LetterKey> after, std::size_t max) override;
  [[nodiscard]] std::vector<DeadLetterChange> changes(std::string_view subscription, std::string_view sequence,
                                                      std::size_t offset, std::size_t max) override;

 private:
  /// The heads that fit, by subscription and then the longest parked first.
  [[nodiscard]] std::vector<DeadHead> fitting(const DeadLetterFilter& filter) const;
  [[nodiscard]] DeadSequence shown(const DeadHead& head);

  ClaimWatch watch_;
  const DeadLetterReader reader_;
  DeadLetterParking parking_;
  DeadLetterClaims claims_;
};

}  // namespace leftfold::inline v0::dynamodb
