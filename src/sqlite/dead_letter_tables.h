// SPDX-License-Identifier: Apache-2.0
// The tables of dead letters and of what operators want, as docs/format/sqlite.md describes them.
#pragma once

namespace leftfold::inline v0::sqlite {

/// Texts from outside are ANY: bytes that are no UTF-8 text, or hold a NUL, are BLOBs (Statement::bind_bytes).
inline constexpr const char* kDeadLetterTables = R"sql(
CREATE TABLE leftfold_dead_sequences(
  id            INTEGER PRIMARY KEY,
  subscription  TEXT NOT NULL CHECK (subscription <> ''),
  sequence      ANY NOT NULL,
  letters       INTEGER NOT NULL CHECK (letters >= 0),
  parked_at     INTEGER NOT NULL,
  changed_at    INTEGER NOT NULL,
  retry_at      INTEGER,
  claim_token   BLOB CHECK (length(claim_token) = 16),
  claimed_by    ANY,
  claimed_until INTEGER,
  UNIQUE (subscription, sequence)
) STRICT;
CREATE INDEX leftfold_dead_sequences_age ON leftfold_dead_sequences(subscription, parked_at);
CREATE INDEX leftfold_dead_sequences_retry ON leftfold_dead_sequences(subscription, retry_at)
  WHERE retry_at IS NOT NULL;
CREATE TABLE leftfold_dead_letters(
  id              INTEGER PRIMARY KEY,
  sequence        INTEGER NOT NULL REFERENCES leftfold_dead_sequences(id),
  version         INTEGER NOT NULL,
  order_partition INTEGER NOT NULL,
  order_position  INTEGER NOT NULL,
  event_id        BLOB NOT NULL CHECK (length(event_id) = 16),
  aggregate_id    ANY NOT NULL,
  type            ANY NOT NULL,
  payload         ANY NOT NULL,
  metadata        ANY NOT NULL,
  partition       INTEGER NOT NULL,
  position        INTEGER NOT NULL,
  committed_at    INTEGER NOT NULL,
  schema_version  INTEGER NOT NULL,
  commit_id       BLOB NOT NULL CHECK (length(commit_id) = 16),
  commit_pos      INTEGER NOT NULL,
  commit_size     INTEGER NOT NULL,
  reason          TEXT NOT NULL CHECK (reason IN ('failed', 'undecodable', 'overflow', 'follower')),
  failure         TEXT NOT NULL CHECK (failure IN ('duplicate', 'transient', 'unavailable', 'permanent', 'fatal')),
  error_type      ANY NOT NULL,
  error_message   ANY NOT NULL,
  attempts        INTEGER NOT NULL,
  redrives        INTEGER NOT NULL,
  first_failed_at INTEGER NOT NULL,
  parked_at       INTEGER NOT NULL,
  node            ANY NOT NULL,
  UNIQUE (sequence, version, order_partition, order_position)
) STRICT;
CREATE TABLE leftfold_dead_changes(
  id              INTEGER PRIMARY KEY,
  at              INTEGER NOT NULL,
  subscription    TEXT NOT NULL CHECK (subscription <> ''),
  sequence        ANY NOT NULL,
  version         INTEGER NOT NULL,
  order_partition INTEGER NOT NULL,
  order_position  INTEGER NOT NULL,
  event_id        BLOB NOT NULL CHECK (length(event_id) = 16),
  action          TEXT NOT NULL CHECK (action IN ('edit', 'skip', 'discard', 'import', 'expire')),
  who             ANY NOT NULL,
  why             ANY NOT NULL,
  payload_before  ANY NOT NULL,
  payload_after   ANY NOT NULL
) STRICT;
CREATE INDEX leftfold_dead_changes_sequence ON leftfold_dead_changes(subscription, sequence);
)sql";

inline constexpr const char* kControlTables = R"sql(
CREATE TABLE leftfold_controls(
  subscription TEXT PRIMARY KEY CHECK (subscription <> ''),
  paused       INTEGER NOT NULL CHECK (paused IN (0, 1)),
  restarts     INTEGER NOT NULL CHECK (restarts >= 0),
  who          ANY NOT NULL,
  why          ANY NOT NULL,
  at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace leftfold::inline v0::sqlite
