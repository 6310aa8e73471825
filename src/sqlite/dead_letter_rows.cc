// SPDX-License-Identifier: Apache-2.0
#include "sqlite/dead_letter_rows.h"

#include <algorithm>
#include <limits>

#include <leftfold/error.h>

#include "core/dead_letter_checks.h"
#include "core/dead_letter_names.h"
#include "core/in_quotes.h"

namespace leftfold::inline v0::sqlite {
namespace {

/// Rows that something else wrote may hold anything; what is too large stays large.
std::int32_t narrow(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, std::numeric_limits<std::int32_t>::min(),
                                                            std::numeric_limits<std::int32_t>::max()));
}

[[noreturn]] void throw_unknown(std::string_view name, std::string_view what) {
  throw Error{Errc::corrupt, "leftfold_dead_letters: " + detail::in_quotes(name) + " is no " + std::string{what} +
                                 "; restore a backup or correct the row"};
}

}  // namespace

ParkReason reason_of(std::string_view name) {
  if (const auto reason = detail::park_reason(name)) return *reason;
  throw_unknown(name, "reason");
}

FailureClass failure_class_of(std::string_view name) {
  if (const auto failure = detail::failure_class(name)) return *failure;
  throw_unknown(name, "class of failures");
}

LetterKey key_of(const DeadLetter& letter) noexcept { return LetterKey::of(letter.event.view()); }

void bind_key(Statement& statement, int first, const LetterKey& key) {
  statement.bind(first, key.version.value());
  statement.bind(first + 1, std::int64_t{key.partition});
  statement.bind(first + 2, key.position.value());
}

LetterKey key_of(const Statement& row, int first) {
  return {Version{row.integer(first)}, narrow(row.integer(first + 1)), Position{row.integer(first + 2)}};
}

void bind_time(Statement& statement, int index, std::optional<Timestamp> time) {
  time ? statement.bind(index, std::int64_t{time->time_since_epoch().count()}) : statement.bind_null(index);
}

Timestamp time_of(const Statement& row, int column) {
  return Timestamp{std::chrono::milliseconds{row.integer(column)}};
}

void bind_letter(Statement& insert, const DeadLetter& letter, Timestamp parked_at) {
  const EventCopy& event = letter.event;
  bind_key(insert, 2, key_of(letter));
  insert.bind(5, event.id);
  insert.bind_bytes(6, event.aggregate_id);
  insert.bind_bytes(7, event.type);
  insert.bind_bytes(8, event.payload);
  insert.bind_bytes(9, event.metadata);
  insert.bind(10, std::int64_t{event.partition});
  insert.bind(11, event.position.value());
  bind_time(insert, 12, event.committed_at);
  insert.bind(13, std::int64_t{event.schema_version});
  insert.bind(14, event.commit_id);
  insert.bind(15, std::int64_t{event.commit_pos});
  insert.bind(16, std::int64_t{event.commit_size});
  insert.bind(17, to_string(letter.reason));
  insert.bind(18, to_string(letter.failure));
  insert.bind_bytes(19, letter.error_type);
  insert.bind_bytes(20, detail::cut_error(letter.error_message));
  insert.bind(21, std::int64_t{letter.attempts});
  insert.bind(22, std::int64_t{letter.redrives});
  bind_time(insert, 23, letter.first_failed_at);
  bind_time(insert, 24, parked_at);
  insert.bind_bytes(25, letter.node);
}

DeadLetter letter_of(const Statement& row, int first, std::string_view sequence) {
  int column = first + 3;  // the key repeats what follows, and the version
  DeadLetter letter;
  EventCopy& event = letter.event;
  letter.sequence = sequence;
  event.version = Version{row.integer(first)};
  event.id = row.uuid(column++);
  event.aggregate_id = row.bytes(column++);
  event.type = row.bytes(column++);
  event.payload = row.bytes(column++);
  event.metadata = row.bytes(column++);
  event.partition = narrow(row.integer(column++));
  event.position = Position{row.integer(column++)};
  event.committed_at = time_of(row, column++);
  event.schema_version = narrow(row.integer(column++));
  event.commit_id = row.uuid(column++);
  event.commit_pos = narrow(row.integer(column++));
  event.commit_size = narrow(row.integer(column++));
  letter.reason = reason_of(row.text(column++));
  letter.failure = failure_class_of(row.text(column++));
  letter.error_type = row.bytes(column++);
  letter.error_message = row.bytes(column++);
  letter.attempts = narrow(row.integer(column++));
  letter.redrives = narrow(row.integer(column++));
  letter.first_failed_at = time_of(row, column++);
  letter.parked_at = time_of(row, column++);
  letter.node = row.bytes(column);
  return letter;
}

}  // namespace leftfold::inline v0::sqlite
