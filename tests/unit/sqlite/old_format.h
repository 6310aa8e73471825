// A file as leftfold wrote it in format version 1.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

namespace leftfold::test_sqlite {

/// Makes a store of format version 1 with one event of the aggregate "a".
inline void make_format_1(const std::filesystem::path& file) {
  static constexpr const char* kFormat1 = R"sql(
PRAGMA journal_mode = WAL;
CREATE TABLE streams(
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;
CREATE TABLE events(
  global_position INTEGER PRIMARY KEY CHECK (global_position > 0),
  stream          INTEGER NOT NULL REFERENCES streams(id),
  version         INTEGER NOT NULL CHECK (version >= 0),
  event_id        BLOB NOT NULL CHECK (length(event_id) = 16),
  type            TEXT NOT NULL CHECK (type <> ''),
  payload         TEXT NOT NULL,
  metadata        TEXT CHECK (metadata <> ''),
  committed_at    INTEGER NOT NULL,
  schema_version  INTEGER NOT NULL,
  commit_id       BLOB CHECK (length(commit_id) = 16),
  commit_pos      INTEGER NOT NULL CHECK (commit_pos >= 0),
  commit_size     INTEGER NOT NULL CHECK (commit_size > commit_pos),
  UNIQUE (stream, version)
) STRICT;
CREATE TABLE commands(
  stream       INTEGER NOT NULL REFERENCES streams(id),
  key          TEXT NOT NULL CHECK (key <> ''),
  version      INTEGER NOT NULL,
  position     INTEGER NOT NULL,
  events       INTEGER NOT NULL,
  committed_at INTEGER NOT NULL,
  PRIMARY KEY (stream, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE subscriptions(
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE CHECK (name <> ''),
  checkpoint INTEGER CHECK (checkpoint >= 0),
  epoch      INTEGER NOT NULL CHECK (epoch >= 0)
) STRICT;
INSERT INTO streams VALUES(1, 'a');
INSERT INTO events VALUES(1, 1, 0, x'018f3406900070008000000000000001', 'Happened', '{"n":1}', NULL, 1714564800000, 1,
                          NULL, 0, 1);
INSERT INTO subscriptions VALUES(1, 'old', 1, 7);
PRAGMA application_id = 1281780836;
PRAGMA user_version = 1;
)sql";
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, kFormat1, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

}  // namespace leftfold::test_sqlite
