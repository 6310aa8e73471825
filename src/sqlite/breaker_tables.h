// SPDX-License-Identifier: Apache-2.0
// The tables of shared circuit breakers, as docs/format/sqlite.md describes them.
#pragma once

namespace leftfold::inline v0::sqlite {

/// Texts from outside are ANY: bytes that are no UTF-8 text, or hold a NUL, are BLOBs (Statement::bind_bytes).
inline constexpr const char* kBreakerTables = R"sql(
CREATE TABLE leftfold_breakers(
  name       TEXT PRIMARY KEY CHECK (name <> ''),
  revision   INTEGER NOT NULL CHECK (revision > 0),
  state      TEXT NOT NULL CHECK (state IN ('closed', 'open', 'half_open', 'forced_open', 'disabled')),
  open_for   INTEGER NOT NULL,
  reopened   INTEGER NOT NULL,
  probe      BLOB CHECK (length(probe) = 16),
  prober     TEXT NOT NULL,
  probe_for  INTEGER NOT NULL,
  who        ANY NOT NULL,
  why        ANY NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE leftfold_breaker_nodes(
  breaker TEXT NOT NULL REFERENCES leftfold_breakers(name),
  node    TEXT NOT NULL CHECK (node <> ''),
  votes   INTEGER NOT NULL CHECK (votes IN (0, 1)),
  beat    INTEGER NOT NULL,
  lasts   INTEGER NOT NULL,
  PRIMARY KEY (breaker, node)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace leftfold::inline v0::sqlite
