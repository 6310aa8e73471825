// SPDX-License-Identifier: Apache-2.0
#include "sqlite/dead_letter_store.h"

#include "core/dead_letter_checks.h"
#include "sqlite/dead_letter_reader.h"
#include "sqlite/dead_letter_rows.h"

namespace leftfold::inline v0::sqlite {

SqliteDeadLetters::SqliteDeadLetters(const FileAccess& access)
    : clock_{*access.clock}, writer_{access}, reader_{access, "leftfold_dead_sequences"} {}

std::size_t SqliteDeadLetters::park(std::string_view subscription, std::span<const DeadLetter> letters,
                                    const DeadLetterLimits& limits) {
  detail::check_parked(subscription, letters);
  std::size_t added = 0;
  writer_.transact([&](Sql& sql) {
    const Timestamp now = this->now();
    for (const DeadLetter& letter : letters) added += sql.writer.park(subscription, letter, limits, now) ? 1U : 0U;
    return added > 0;
  });
  return added;
}

bool SqliteDeadLetters::park_behind(std::string_view subscription, const DeadLetter& follower,
                                    const DeadLetterLimits& limits) {
  detail::check_parked(subscription, {&follower, 1});
  return writer_.transact(
      [&](Sql& sql) { return sql.writer.park_behind(subscription, follower, limits, this->now()); });
}

std::vector<std::string> SqliteDeadLetters::sequences(std::string_view subscription) {
  return reader_.with([&](Connection& connection) { return read_sequences(connection, subscription); });
}

std::vector<DeadSequence> SqliteDeadLetters::list(const DeadLetterFilter& filter, std::size_t offset, std::size_t max) {
  return reader_.with([&](Connection& connection) { return read_list(connection, filter, offset, max, now()); });
}

DeadLetterCounts SqliteDeadLetters::count(const DeadLetterFilter& filter) {
  return reader_.with([&](Connection& connection) { return read_counts(connection, filter); });
}

std::vector<DeadLetter> SqliteDeadLetters::letters(std::string_view subscription, std::string_view sequence,
                                                   std::optional<LetterKey> after, std::size_t max) {
  return reader_.with(
      [&](Connection& connection) { return read_letters(connection, subscription, sequence, after, max); });
}

std::optional<DeadLetterClaim> SqliteDeadLetters::claim(std::string_view subscription, std::string_view sequence,
                                                        std::string_view owner, std::chrono::milliseconds lease) {
  detail::check_lease(lease);
  DeadLetterClaim claim{std::string{subscription}, std::string{sequence}, Uuid::v7(now())};
  const bool won = writer_.transact([&](Sql& sql) {
    const Timestamp now = this->now();
    return sql.claims.claim(claim, owner, now, now + lease);
  });
  return won ? std::optional{std::move(claim)} : std::nullopt;
}

bool SqliteDeadLetters::renew(const DeadLetterClaim& claim, std::chrono::milliseconds lease) {
  detail::check_lease(lease);
  return writer_.transact([&](Sql& sql) { return sql.claims.renew(claim, now() + lease); });
}

void SqliteDeadLetters::release(const DeadLetterClaim& claim) {
  writer_.transact([&](Sql& sql) { return sql.claims.release(claim); });
}

DeadLetterStore::Removed SqliteDeadLetters::remove_first(const DeadLetterClaim& claim, const LetterKey& letter,
                                                         const ChangedBy* by) {
  Removed removed = Removed::refused;
  writer_.transact([&](Sql& sql) {
    removed = sql.claims.remove_first(claim, letter, by, now());
    return removed != Removed::refused;
  });
  return removed;
}

DeadLetterStore::Removed SqliteDeadLetters::evict(const DeadLetterClaim& claim, const LetterKey& letter) {
  return remove_first(claim, letter, nullptr);
}

bool SqliteDeadLetters::failed(const DeadLetterClaim& claim, const DeadLetter& letter,
                               std::optional<Timestamp> retry_at) {
  return writer_.transact([&](Sql& sql) { return sql.claims.failed(claim, letter, retry_at, now()); });
}

DeadLetterStore::Removed SqliteDeadLetters::skip(const DeadLetterClaim& claim, const LetterKey& letter,
                                                 const ChangedBy& by) {
  detail::check_changed_by(by);
  return remove_first(claim, letter, &by);
}

std::size_t SqliteDeadLetters::discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action) {
  detail::check_changed_by(by);
  detail::check_discard_action(action);
  std::size_t letters = 0;
  writer_.transact([&](Sql& sql) { return (letters = sql.claims.discard(claim, by, action, now())) > 0; });
  return letters;
}

bool SqliteDeadLetters::edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                             const ChangedBy& by) {
  detail::check_changed_by(by);
  return writer_.transact([&](Sql& sql) { return sql.claims.edit(claim, letter, payload, by, now()); });
}

std::size_t SqliteDeadLetters::import_letters(std::string_view subscription, std::span<const DeadLetter> letters,
                                              const ChangedBy& by) {
  detail::check_parked(subscription, letters);
  detail::check_changed_by(by);
  std::size_t added = 0;
  writer_.transact([&](Sql& sql) {
    const Timestamp now = this->now();
    for (const DeadLetter& letter : letters) {
      if (!sql.writer.park(subscription, letter, {}, now, DeadLetterWriter::Facts::as_they_are)) continue;
      sql.audit.add({now, std::string{subscription}, letter.sequence, key_of(letter), letter.event.id, "import", by, "",
                     letter.event.payload});
      ++added;
    }
    return added > 0;
  });
  return added;
}

bool SqliteDeadLetters::request_retry(std::string_view subscription, std::string_view sequence, Timestamp at) {
  return writer_.transact([&](Sql& sql) { return sql.claims.request_retry(subscription, sequence, at, now()); });
}

std::vector<DeadLetterChange> SqliteDeadLetters::changes(std::string_view subscription, std::string_view sequence,
                                                         std::size_t offset, std::size_t max) {
  return reader_.with(
      [&](Connection& connection) { return read_changes(connection, subscription, sequence, offset, max); });
}

}  // namespace leftfold::inline v0::sqlite
