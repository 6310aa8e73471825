// SPDX-License-Identifier: Apache-2.0
#include "sqlite/dead_letter_claims.h"

#include <string>

#include "core/dead_letter_checks.h"
#include "sqlite/dead_letter_rows.h"

namespace leftfold::inline v0::sqlite {
namespace {

constexpr std::string_view kFirst =
    "SELECT id, version, order_partition, order_position, event_id, payload FROM leftfold_dead_letters "
    "WHERE sequence = ?1 ORDER BY version, order_partition, order_position LIMIT 1";
constexpr std::string_view kFind =
    "SELECT id, version, order_partition, order_position, event_id, payload FROM leftfold_dead_letters "
    "WHERE sequence = ?1 AND version = ?2 AND order_partition = ?3 AND order_position = ?4";
constexpr std::string_view kAll =
    "SELECT id, version, order_partition, order_position, event_id, payload FROM leftfold_dead_letters "
    "WHERE sequence = ?1 ORDER BY version, order_partition, order_position";

DeadLetterChange change_of(const DeadLetterClaim& claim, const LetterKey& key, const Uuid& event_id,
                           std::string_view action, const ChangedBy& by, Timestamp now) {
  DeadLetterChange change;
  change.at = now;
  change.subscription = claim.subscription;
  change.sequence = claim.sequence;
  change.letter = key;
  change.event_id = event_id;
  change.action = action;
  change.by = by;
  return change;
}

}  // namespace

DeadLetterClaims::DeadLetterClaims(Connection& connection)
    : connection_{connection},
      audit_{connection},
      claim_{connection,
             "UPDATE leftfold_dead_sequences SET claim_token = ?3, claimed_by = ?4, claimed_until = ?6 "
             "WHERE subscription = ?1 AND sequence = ?2 AND (claim_token IS NULL OR claimed_until <= ?5)"},
      renew_{connection,
             "UPDATE leftfold_dead_sequences SET claimed_until = ?4 "
             "WHERE subscription = ?1 AND sequence = ?2 AND claim_token = ?3"},
      release_{connection,
               "UPDATE leftfold_dead_sequences SET claim_token = NULL, claimed_by = NULL, claimed_until = NULL "
               "WHERE subscription = ?1 AND sequence = ?2 AND claim_token = ?3"},
      claimed_{connection,
               "SELECT id FROM leftfold_dead_sequences WHERE subscription = ?1 AND sequence = ?2 AND claim_token = ?3"},
      first_{connection, kFirst},
      find_{connection, kFind},
      remove_{connection, "DELETE FROM leftfold_dead_letters WHERE id = ?1"},
      shrink_{connection,
              "UPDATE leftfold_dead_sequences SET letters = letters - 1, changed_at = ?2 WHERE id = ?1 "
              "RETURNING letters"},
      end_{connection, "DELETE FROM leftfold_dead_sequences WHERE id = ?1"},
      failed_{connection,
              "UPDATE leftfold_dead_letters SET redrives = redrives + 1, reason = ?2, failure = ?3, error_type = ?4, "
              "error_message = ?5, first_failed_at = ?6 WHERE id = ?1"},
      note_{connection,
            "UPDATE leftfold_dead_sequences SET claim_token = NULL, claimed_by = NULL, claimed_until = NULL, "
            "changed_at = ?2, retry_at = ?3 WHERE id = ?1"},
      all_{connection, kAll},
      remove_all_{connection, "DELETE FROM leftfold_dead_letters WHERE sequence = ?1"},
      edit_{connection, "UPDATE leftfold_dead_letters SET payload = ?2 WHERE id = ?1"},
      touch_{connection, "UPDATE leftfold_dead_sequences SET changed_at = ?2 WHERE id = ?1"},
      request_{connection,
               "UPDATE leftfold_dead_sequences SET retry_at = ?3, changed_at = ?4 "
               "WHERE subscription = ?1 AND sequence = ?2"} {}

bool DeadLetterClaims::claim(const DeadLetterClaim& claim, std::string_view owner, Timestamp now, Timestamp until) {
  claim_.bind(1, claim.subscription);
  claim_.bind_bytes(2, claim.sequence);
  claim_.bind(3, claim.token);
  claim_.bind_bytes(4, owner);
  bind_time(claim_, 5, now);
  bind_time(claim_, 6, until);
  claim_.run();
  return changed();
}

bool DeadLetterClaims::renew(const DeadLetterClaim& claim, Timestamp until) {
  renew_.bind(1, claim.subscription);
  renew_.bind_bytes(2, claim.sequence);
  renew_.bind(3, claim.token);
  bind_time(renew_, 4, until);
  renew_.run();
  return changed();
}

bool DeadLetterClaims::release(const DeadLetterClaim& claim) {
  release_.bind(1, claim.subscription);
  release_.bind_bytes(2, claim.sequence);
  release_.bind(3, claim.token);
  release_.run();
  return changed();
}

std::int64_t DeadLetterClaims::claimed(const DeadLetterClaim& claim) {
  claimed_.bind(1, claim.subscription);
  claimed_.bind_bytes(2, claim.sequence);
  claimed_.bind(3, claim.token);
  const ResetAtEnd reset{claimed_};
  return claimed_.step() ? claimed_.integer(0) : 0;
}

std::optional<DeadLetterClaims::Found> DeadLetterClaims::first_of(std::int64_t sequence) {
  first_.bind(1, sequence);
  const ResetAtEnd reset{first_};
  if (!first_.step()) return std::nullopt;
  return Found{first_.integer(0), key_of(first_, 1), first_.uuid(4), std::string{first_.bytes(5)}};
}

DeadLetterStore::Removed DeadLetterClaims::remove_first(const DeadLetterClaim& claim, const LetterKey& letter,
                                                        const ChangedBy* by, Timestamp now) {
  const std::int64_t sequence = claimed(claim);
  if (sequence == 0) return DeadLetterStore::Removed::refused;
  const std::optional<Found> first = first_of(sequence);
  if (!first || first->key != letter) return DeadLetterStore::Removed::refused;
  if (by != nullptr) {
    DeadLetterChange change = change_of(claim, letter, first->event_id, "skip", *by, now);
    change.before = first->payload;
    audit_.add(change);
  }
  remove_.bind(1, first->row);
  remove_.run();
  shrink_.bind(1, sequence);
  bind_time(shrink_, 2, now);
  std::int64_t left = 0;
  while (shrink_.step()) left = shrink_.integer(0);
  if (left > 0) return DeadLetterStore::Removed::letter;
  end_.bind(1, sequence);
  end_.run();
  return DeadLetterStore::Removed::sequence;
}

bool DeadLetterClaims::failed(const DeadLetterClaim& claim, const DeadLetter& letter, std::optional<Timestamp> retry_at,
                              Timestamp now) {
  const std::int64_t sequence = claimed(claim);
  if (sequence == 0) return false;
  const std::optional<Found> first = first_of(sequence);
  if (!first || first->key != key_of(letter)) return false;
  failed_.bind(1, first->row);
  failed_.bind(2, to_string(letter.reason));
  failed_.bind(3, to_string(letter.failure));
  failed_.bind_bytes(4, letter.error_type);
  failed_.bind_bytes(5, detail::cut_error(letter.error_message));
  bind_time(failed_, 6, letter.first_failed_at);
  failed_.run();
  note_.bind(1, sequence);
  bind_time(note_, 2, now);
  bind_time(note_, 3, retry_at);
  note_.run();
  return true;
}

std::size_t DeadLetterClaims::discard(const DeadLetterClaim& claim, const ChangedBy& by, std::string_view action,
                                      Timestamp now) {
  const std::int64_t sequence = claimed(claim);
  if (sequence == 0) return 0;
  std::size_t letters = 0;
  all_.bind(1, sequence);
  const ResetAtEnd reset{all_};
  for (; all_.step(); ++letters) {
    DeadLetterChange change = change_of(claim, key_of(all_, 1), all_.uuid(4), action, by, now);
    change.before = all_.bytes(5);
    audit_.add(change);
  }
  remove_all_.bind(1, sequence);
  remove_all_.run();
  end_.bind(1, sequence);
  end_.run();
  return letters;
}

bool DeadLetterClaims::edit(const DeadLetterClaim& claim, const LetterKey& letter, std::string_view payload,
                            const ChangedBy& by, Timestamp now) {
  const std::int64_t sequence = claimed(claim);
  if (sequence == 0) return false;
  find_.bind(1, sequence);
  bind_key(find_, 2, letter);
  const ResetAtEnd reset{find_};
  if (!find_.step()) return false;
  DeadLetterChange change = change_of(claim, letter, find_.uuid(4), "edit", by, now);
  change.before = find_.bytes(5);
  change.after = payload;
  audit_.add(change);
  edit_.bind(1, find_.integer(0));
  edit_.bind_bytes(2, payload);
  edit_.run();
  touch_.bind(1, sequence);
  bind_time(touch_, 2, now);
  touch_.run();
  return true;
}

bool DeadLetterClaims::request_retry(std::string_view subscription, std::string_view sequence, Timestamp at,
                                     Timestamp now) {
  request_.bind(1, subscription);
  request_.bind_bytes(2, sequence);
  bind_time(request_, 3, at);
  bind_time(request_, 4, now);
  request_.run();
  return changed();
}

}  // namespace leftfold::inline v0::sqlite
