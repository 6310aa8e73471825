// SPDX-License-Identifier: Apache-2.0
#include "sqlite/dead_letter_writer.h"

#include "core/dead_letter_checks.h"
#include "sqlite/dead_letter_rows.h"

namespace leftfold::inline v0::sqlite {

DeadLetterAudit::DeadLetterAudit(Connection& connection)
    : insert_{connection,
              "INSERT INTO leftfold_dead_changes(at, subscription, sequence, version, order_partition, order_position, "
              "event_id, action, who, why, payload_before, payload_after) "
              "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"} {}

void DeadLetterAudit::add(const DeadLetterChange& change) {
  bind_time(insert_, 1, change.at);
  insert_.bind(2, change.subscription);
  insert_.bind_bytes(3, change.sequence);
  bind_key(insert_, 4, change.letter);
  insert_.bind(7, change.event_id);
  insert_.bind(8, change.action);
  insert_.bind_bytes(9, change.by.who);
  insert_.bind_bytes(10, change.by.why);
  insert_.bind_bytes(11, change.before);
  insert_.bind_bytes(12, change.after);
  insert_.run();
}

DeadLetterWriter::DeadLetterWriter(Connection& connection)
    : connection_{connection},
      find_{connection, "SELECT id FROM leftfold_dead_sequences WHERE subscription = ?1 AND sequence = ?2"},
      make_{connection,
            "INSERT INTO leftfold_dead_sequences(subscription, sequence, letters, parked_at, changed_at) "
            "VALUES(?1, ?2, 0, ?3, ?3)"},
      count_{connection, "SELECT count(*) FROM leftfold_dead_sequences WHERE subscription = ?1"},
      insert_{connection, kInsertLetter},
      grow_{connection,
            "UPDATE leftfold_dead_sequences SET letters = letters + 1, changed_at = ?2 WHERE id = ?1 "
            "RETURNING letters"} {}

std::int64_t DeadLetterWriter::find(std::string_view subscription, std::string_view sequence) {
  find_.bind(1, subscription);
  find_.bind_bytes(2, sequence);
  const ResetAtEnd reset{find_};
  return find_.step() ? find_.integer(0) : 0;
}

std::int64_t DeadLetterWriter::make(std::string_view subscription, std::string_view sequence,
                                    const DeadLetterLimits& limits, Timestamp now) {
  make_.bind(1, subscription);
  make_.bind_bytes(2, sequence);
  bind_time(make_, 3, now);
  make_.run();
  const std::int64_t row = sqlite3_last_insert_rowid(connection_.handle());
  if (limits.sequences > 0) {
    count_.bind(1, subscription);
    const ResetAtEnd reset{count_};
    count_.step();
    detail::check_sequences(subscription, static_cast<std::size_t>(count_.integer(0)), limits);
  }
  return row;
}

bool DeadLetterWriter::add(std::int64_t row, std::string_view subscription, const DeadLetter& letter,
                           const DeadLetterLimits& limits, Timestamp now, Timestamp parked_at) {
  insert_.bind(1, row);
  bind_letter(insert_, letter, parked_at);
  insert_.run();
  if (sqlite3_changes(connection_.handle()) == 0) return false;
  grow_.bind(1, row);
  bind_time(grow_, 2, now);
  std::int64_t letters = 0;
  while (grow_.step()) letters = grow_.integer(0);
  detail::check_letters(subscription, letter.sequence, static_cast<std::size_t>(letters), limits);
  return true;
}

bool DeadLetterWriter::park(std::string_view subscription, const DeadLetter& letter, const DeadLetterLimits& limits,
                            Timestamp now, Facts facts) {
  std::int64_t row = find(subscription, letter.sequence);
  if (row == 0) row = make(subscription, letter.sequence, limits, now);
  return add(row, subscription, letter, limits, now, facts == Facts::now ? now : letter.parked_at);
}

bool DeadLetterWriter::park_behind(std::string_view subscription, const DeadLetter& follower,
                                   const DeadLetterLimits& limits, Timestamp now) {
  const std::int64_t row = find(subscription, follower.sequence);
  if (row == 0) return false;
  add(row, subscription, follower, limits, now, now);
  return true;
}

}  // namespace leftfold::inline v0::sqlite
