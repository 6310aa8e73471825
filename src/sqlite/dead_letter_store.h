// SPDX-License-Identifier: Apache-2.0
// The dead letters of a SQLite file.
#pragma once

#include <leftfold/dead_letter_store.h>

#include "sqlite/connection.h"
#include "sqlite/dead_letter_claims.h"
#include "sqlite/dead_letter_writer.h"
#include "sqlite/side_tables.h"

namespace leftfold::inline v0::sqlite {

/// DeadLetterStore on the tables `leftfold_dead_...`. One write transaction a call, durable when it returns; claims are
/// measured by the wall clock, which all processes of one machine share. Any thread.
class SqliteDeadLetters final : public DeadLetterStore {
 public:
  explicit SqliteDeadLetters(const FileAccess& access);

  // What reads.
  [[nodiscard]] std::vector<std::string> sequences(std::string_view subscription) override;
  [[nodiscard]] std::vector<DeadSequence> list(const DeadLetterFilter& filter, std::size_t offset,
                                               std::size_t max) override;
  [[nodiscard]] DeadLetterCounts count(const DeadLetterFilter& filter) override;
  [[nodiscard]] std::vector<DeadLetter> letters(std::string_view subscription, std::string_view sequence,
                                                std::optional<LetterKey> after, std::size_t max) override;
  [[nodiscard]] std::vector<DeadLetterChange> changes(std::string_view subscription, std::string_view sequence,
                                                      std::size_t offset, std::size_t max) override;
  // What adds.
  std::size_t park(std::string_view subscription, std::span<const DeadLetter> letters,
                   const DeadLetterLimits& limits) override;
  [[nodiscard]] bool park_behind(std::string_view subscription, const DeadLetter& follower,
                                 const DeadLetterLimits& limits) override;
  std::size_t import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                             const ChangedBy& by) override;
  // Who works on a sequence, and when.
  [[nodiscard]] std::optional<DeadLetterClaim> claim(std::string_view subscription, std::string_view sequence,
                                                     std::string_view owner, std::chrono::milliseconds lease) override;
  [[nodiscard]] bool renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) override;
  void release(const DeadLetterClaim& claim) override;
  [[nodiscard]] bool request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) override;
  // What is done under a claim.
  [[nodiscard]] Removed evict(const DeadLetterClaim& claim, const LetterKey& letter) override;
  [[nodiscard]] Removed skip(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy& by) override;
  [[nodiscard]] bool failed(const DeadLetterClaim& claim, const DeadLetter& letter,
                            std::optional<Timestamp> retry_at) override;
  [[nodiscard]] bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                          const ChangedBy& by) override;
  [[nodiscard]] std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by,
                                    std::string_view action) override;

 private:
  struct Sql {
    explicit Sql(Connection& connection) : writer{connection}, claims{connection}, audit{connection} {}
    DeadLetterWriter writer;
    DeadLetterClaims claims;
    DeadLetterAudit audit;
  };
  [[nodiscard]] Removed remove_first(const DeadLetterClaim& claim, const LetterKey& letter, const ChangedBy* by);
  [[nodiscard]] Timestamp now() const { return clock_.now(); }

  Clock& clock_;
  SideWriter<Sql> writer_;
  SideReader reader_;
};

}  // namespace leftfold::inline v0::sqlite
