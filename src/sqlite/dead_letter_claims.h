// SPDX-License-Identifier: Apache-2.0
// Works on one sequence of dead letters under a claim: the SQL that changes what is parked.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <leftfold/dead_letter_store.h>

#include "sqlite/connection.h"
#include "sqlite/dead_letter_writer.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// Each call is to be made inside a transaction of the caller's, which is undone when it throws. What is refused has
/// changed nothing. One thread at a time.
class DeadLetterClaims {
 public:
  explicit DeadLetterClaims(Connection& connection);

  [[nodiscard]] bool claim(const DeadLetterClaim& claim, std::string_view owner, Timestamp now, Timestamp until);
  [[nodiscard]] bool renew(const DeadLetterClaim& claim, Timestamp until);
  [[nodiscard]] bool release(const DeadLetterClaim& claim);

  /// Takes the first letter away; `by` is null when it was handled, else who skips it.
  [[nodiscard]] DeadLetterStore::Removed remove_first(const DeadLetterClaim& claim, const LetterKey& letter,
                                                      const ChangedBy* by, Timestamp now);
  [[nodiscard]] bool failed(const DeadLetterClaim& claim, const DeadLetter& letter, std::optional<Timestamp> retry_at,
                            Timestamp now);
  [[nodiscard]] std::size_t discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action,
                                    Timestamp now);
  [[nodiscard]] bool edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                          const ChangedBy& by, Timestamp now);
  [[nodiscard]] bool request_retry(std::string_view subscription, std::string_view sequence, Timestamp at,
                                   Timestamp now);

 private:
  struct Found {
    std::int64_t row = 0;
    LetterKey key;
    Uuid event_id;
    std::string payload;
  };
  /// The row of a sequence under this claim, 0 when it is not the current one.
  std::int64_t claimed(const DeadLetterClaim& claim);
  std::optional<Found> first_of(std::int64_t sequence);
  bool changed() const noexcept { return sqlite3_changes(connection_.handle()) != 0; }

  Connection& connection_;
  DeadLetterAudit audit_;
  Statement claim_, renew_, release_, claimed_, first_, find_, remove_, shrink_, end_, failed_, note_, all_,
      remove_all_, edit_, touch_, request_;
};

}  // namespace leftfold::inline v0::sqlite
