// SPDX-License-Identifier: Apache-2.0
// Parks letters: the SQL that adds to the tables of dead letters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <leftfold/dead_letter_store.h>

#include "sqlite/connection.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// The audit trail, as far as it is written. One thread at a time, inside a transaction.
class DeadLetterAudit {
 public:
  explicit DeadLetterAudit(Connection& connection);
  void add(const DeadLetterChange& change);

 private:
  Statement insert_;
};

/// Adds letters, inside a transaction of the caller's that is undone when something throws. One thread at a time.
class DeadLetterWriter {
 public:
  explicit DeadLetterWriter(Connection& connection);

  /// Whether letters keep the time they were parked at.
  enum class Facts { now, as_they_are };
  /// Returns whether the letter was added: false when it was there. Makes its sequence when missing.
  bool park(std::string_view subscription, const DeadLetter& letter, const DeadLetterLimits& limits, Timestamp now,
            Facts facts = Facts::now);
  /// Returns false when there is no such sequence.
  bool park_behind(std::string_view subscription, const DeadLetter& follower, const DeadLetterLimits& limits,
                   Timestamp now);

 private:
  /// The row of a sequence, 0 when there is none.
  std::int64_t find(std::string_view subscription, std::string_view sequence);
  std::int64_t make(std::string_view subscription, std::string_view sequence, const DeadLetterLimits& limits,
                    Timestamp now);
  bool add(std::int64_t row, std::string_view subscription, const DeadLetter& letter, const DeadLetterLimits& limits,
           Timestamp now, Timestamp parked_at);

  Connection& connection_;
  Statement find_, make_, count_, insert_, grow_;
};

}  // namespace leftfold::inline v0::sqlite
