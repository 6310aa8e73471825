// SPDX-License-Identifier: Apache-2.0
#include "sqlite/dead_letter_reader.h"

#include <algorithm>
#include <cstdint>

#include "sqlite/dead_letter_rows.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {
namespace {

// Sequences with their first letters.
constexpr std::string_view kFromSequences =
    " FROM leftfold_dead_sequences s CROSS JOIN leftfold_dead_letters l ON l.id = (SELECT id FROM "
    "leftfold_dead_letters WHERE sequence = s.id ORDER BY version, order_partition, order_position LIMIT 1)";

std::int64_t number(std::size_t value) {
  return static_cast<std::int64_t>(std::min<std::size_t>(value, std::size_t{INT64_MAX}));
}

/// The conditions of a filter; its parameters are ?1 to ?6, as far as they are asked for.
std::string where(const DeadLetterFilter& filter) {
  std::string conditions;
  const auto add = [&](bool asked, std::string_view condition) {
    if (asked) conditions.append(conditions.empty() ? " WHERE " : " AND ").append(condition);
  };
  add(!filter.subscription.empty(), "s.subscription = ?1");
  add(!filter.sequence.empty(), "s.sequence = ?2");
  add(!filter.event_type.empty(), "l.type = ?3");
  add(!filter.error_type.empty(), "l.error_type = ?4");
  add(filter.parked_before.has_value(), "s.parked_at < ?5");
  add(filter.retry_due.has_value(), "s.retry_at <= ?6");
  return conditions;
}

void bind(Statement& statement, const DeadLetterFilter& filter) {
  if (!filter.subscription.empty()) statement.bind(1, filter.subscription);
  if (!filter.sequence.empty()) statement.bind_bytes(2, filter.sequence);
  if (!filter.event_type.empty()) statement.bind_bytes(3, filter.event_type);
  if (!filter.error_type.empty()) statement.bind_bytes(4, filter.error_type);
  if (filter.parked_before) bind_time(statement, 5, filter.parked_before);
  if (filter.retry_due) bind_time(statement, 6, filter.retry_due);
}

DeadSequence sequence_of(const Statement& row, Timestamp now) {
  DeadSequence sequence;
  sequence.subscription = row.text(0);
  sequence.sequence = row.bytes(1);
  sequence.letters = static_cast<std::size_t>(row.integer(2));
  sequence.first = key_of(row, 3);
  sequence.event_type = row.bytes(6);
  sequence.reason = reason_of(row.text(7));
  sequence.failure = failure_class_of(row.text(8));
  sequence.error_type = row.bytes(9);
  sequence.error_message = row.bytes(10);
  sequence.redrives = static_cast<int>(std::clamp<std::int64_t>(row.integer(11), 0, INT32_MAX));
  sequence.parked_at = time_of(row, 12);
  sequence.changed_at = time_of(row, 13);
  if (!row.is_null(14)) sequence.retry_at = time_of(row, 14);
  if (!row.is_null(15) && time_of(row, 16) > now) sequence.claimed_by = row.bytes(15);
  return sequence;
}

}  // namespace

std::vector<std::string> read_sequences(Connection& connection, std::string_view subscription) {
  Statement rows{connection, "SELECT sequence FROM leftfold_dead_sequences WHERE subscription = ?1"};
  rows.bind(1, subscription);
  std::vector<std::string> sequences;
  while (rows.step()) sequences.emplace_back(rows.bytes(0));
  return sequences;
}

std::vector<DeadSequence> read_list(Connection& connection, const DeadLetterFilter& filter, std::size_t offset,
                                    std::size_t max, Timestamp now) {
  std::string sql =
      "SELECT s.subscription, s.sequence, s.letters, l.version, l.order_partition, l.order_position, l.type, l.reason, "
      "l.failure, l.error_type, l.error_message, l.redrives, s.parked_at, s.changed_at, s.retry_at, s.claimed_by, "
      "s.claimed_until";
  sql.append(kFromSequences).append(where(filter));
  sql.append(" ORDER BY s.subscription, s.parked_at, s.id LIMIT ?7 OFFSET ?8");
  Statement rows{connection, sql};
  bind(rows, filter);
  rows.bind(7, number(max));
  rows.bind(8, number(offset));
  std::vector<DeadSequence> sequences;
  while (rows.step()) sequences.push_back(sequence_of(rows, now));
  return sequences;
}

DeadLetterCounts read_counts(Connection& connection, const DeadLetterFilter& filter) {
  std::string sql = "SELECT count(*), sum(s.letters), min(s.parked_at)";
  const bool by_first_letter = !filter.event_type.empty() || !filter.error_type.empty();
  sql.append(by_first_letter ? kFromSequences : " FROM leftfold_dead_sequences s").append(where(filter));
  Statement row{connection, sql};
  bind(row, filter);
  const ResetAtEnd reset{row};
  DeadLetterCounts counts;
  if (!row.step()) return counts;
  counts.sequences = static_cast<std::size_t>(row.integer(0));
  counts.letters = static_cast<std::size_t>(row.integer(1));  // NULL reads as 0
  if (!row.is_null(2)) counts.oldest = time_of(row, 2);
  return counts;
}

std::vector<DeadLetter> read_letters(Connection& connection, std::string_view subscription, std::string_view sequence,
                                     std::optional<LetterKey> after, std::size_t max) {
  std::string sql = "SELECT ";
  sql.append(kLetterColumns).append(" FROM leftfold_dead_letters WHERE sequence = ");
  sql.append("(SELECT id FROM leftfold_dead_sequences WHERE subscription = ?1 AND sequence = ?2)");
  if (after) sql.append(" AND (").append(kLetterOrder).append(") > (?3, ?4, ?5)");
  sql.append(" ORDER BY ").append(kLetterOrder).append(" LIMIT ?6");
  Statement rows{connection, sql};
  rows.bind(1, subscription);
  rows.bind_bytes(2, sequence);
  if (after) bind_key(rows, 3, *after);
  rows.bind(6, number(max));
  std::vector<DeadLetter> letters;
  while (rows.step()) letters.push_back(letter_of(rows, 0, sequence));
  return letters;
}

std::vector<DeadLetterChange> read_changes(Connection& connection, std::string_view subscription,
                                           std::string_view sequence, std::size_t offset, std::size_t max) {
  std::string sql =
      "SELECT at, sequence, version, order_partition, order_position, event_id, action, who, why, payload_before, "
      "payload_after FROM leftfold_dead_changes WHERE subscription = ?1";
  if (!sequence.empty()) sql.append(" AND sequence = ?2");
  sql.append(" ORDER BY id LIMIT ?3 OFFSET ?4");
  Statement rows{connection, sql};
  rows.bind(1, subscription);
  if (!sequence.empty()) rows.bind_bytes(2, sequence);
  rows.bind(3, number(max));
  rows.bind(4, number(offset));
  std::vector<DeadLetterChange> changes;
  while (rows.step()) {
    DeadLetterChange& change = changes.emplace_back();
    change.at = time_of(rows, 0);
    change.subscription = subscription;
    change.sequence = rows.bytes(1);
    change.letter = key_of(rows, 2);
    change.event_id = rows.uuid(5);
    change.action = rows.text(6);
    change.by = {std::string{rows.bytes(7)}, std::string{rows.bytes(8)}};
    change.before = rows.bytes(9);
    change.after = rows.bytes(10);
  }
  return changes;
}

}  // namespace leftfold::inline v0::sqlite
