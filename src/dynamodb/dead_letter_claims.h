// SPDX-License-Identifier: Apache-2.0
// Claims on sequences, and what is done under them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/dead_letter_store.h>

#include "dynamodb/claim_watch.h"
#include "dynamodb/client.h"
#include "dynamodb/dead_letter_commit.h"
#include "dynamodb/dead_letter_reader.h"
#include "dynamodb/dead_letter_trail.h"

namespace leftfold::inline v0::dynamodb {

/// The functions of DeadLetterStore with these names. Any thread. Client and watch must outlive it.
class DeadLetterClaims {
 public:
  DeadLetterClaims(Client& client, std::string table, ClaimWatch& watch)
      : client_{client}, table_{std::move(table)}, reader_{client, table_}, watch_{watch} {}

  [[nodiscard]] std::optional<DeadLetterClaim> claim(std::string_view subscription, std::string_view sequence,
                                                     std::string_view owner, std::chrono::milliseconds lease);
  [[nodiscard]] bool renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease);
  void release(const DeadLetterClaim& claim);
  [[nodiscard]] bool request_retry(std::string_view subscription, std::string_view sequence, Timestamp at);

  /// `by` is null for a letter that was handled, else who skips it.
  [[nodiscard]] DeadLetterStore::Removed remove_first(const DeadLetterClaim& claim, const LetterKey& letter,
                                                      const ChangedBy* by);
  [[nodiscard]] bool failed(const DeadLetterClaim& claim, const DeadLetter& letter, std::optional<Timestamp> retry_at);
  [[nodiscard]] std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action);
  [[nodiscard]] bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                          const ChangedBy& by);

 private:
  [[nodiscard]] Timestamp now() const { return client_.options().clock->now(); }
  [[nodiscard]] ItemWrite update_of(std::string_view subscription, std::string_view sequence) const;
  [[nodiscard]] ItemWrite taking(const DeadLetterClaim& claim, std::string_view owner,
                                 std::chrono::milliseconds lease) const;
  /// The head, when it is under this claim.
  [[nodiscard]] std::optional<DeadHead> claimed(const DeadLetterClaim& claim, const DeadLetterCall& call) const;
  [[nodiscard]] static TrailLine line_of(const DeadHead& head, std::string_view action, const ChangedBy& by,
                                         Timestamp now);

  Client& client_;
  const std::string table_;
  const DeadLetterReader reader_;
  ClaimWatch& watch_;
};

}  // namespace leftfold::inline v0::dynamodb
