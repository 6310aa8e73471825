// SPDX-License-Identifier: Apache-2.0
#include "sqlite/schema.h"

#include <algorithm>
#include <array>
#include <string>
#include <thread>

#include <leftfold/clock.h>
#include <leftfold/error.h>

#include "sqlite/breaker_tables.h"
#include "sqlite/dead_letter_tables.h"
#include "sqlite/lock_file.h"

namespace leftfold::inline v0::sqlite {
namespace {

constexpr std::array<const char*, 4> kTables{"streams", "events", "commands", "subscriptions"};

constexpr const char* kStoreTables = R"sql(
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
)sql";

constexpr const char* kTablesSince2[] = {kDeadLetterTables, kControlTables, kBreakerTables};

// Added to version 2 without a new one: programs that do not know it lose nothing, events alone are the truth.
constexpr const char* kSnapshotsTable = R"sql(
CREATE TABLE leftfold_snapshots(
  id        INTEGER PRIMARY KEY,
  aggregate ANY NOT NULL CHECK (aggregate <> ''),
  schema    ANY NOT NULL CHECK (schema <> ''),
  version   INTEGER NOT NULL CHECK (version >= 0),
  taken_at  INTEGER NOT NULL,
  state     ANY NOT NULL,
  UNIQUE (aggregate, schema)
) STRICT;
)sql";

constexpr const char* kProjectionsTable = R"sql(
CREATE TABLE leftfold_projections(
  projector  TEXT PRIMARY KEY CHECK (projector <> ''),
  checkpoint INTEGER NOT NULL CHECK (checkpoint >= -1)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kProjectionVersionsTable = R"sql(
CREATE TABLE leftfold_projection_versions(
  projector TEXT NOT NULL CHECK (projector <> ''),
  aggregate TEXT NOT NULL,
  version   INTEGER NOT NULL CHECK (version >= -1),
  PRIMARY KEY (projector, aggregate)
) STRICT, WITHOUT ROWID;
)sql";

/// Holds byte 0 of the lock file: one process at a time sets a file up, because switching to WAL is nothing that
/// SQLite lets two do at once.
class SetupLock {
 public:
  SetupLock(const Connection& connection, std::chrono::milliseconds timeout)
      : lock_{std::filesystem::path{connection.file()}} {
    const Instant begin = system_clock().instant();
    while (!lock_.try_lock(0)) {
      if (system_clock().instant() - begin >= timeout) {
        throw Error{Errc::unavailable, std::string{connection.file()} +
                                           ": another process has been creating the file for too long; try again"};
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{2});  // another process' unlock cannot be waited for
    }
  }

 private:
  LockFile lock_;
};

/// Throws unless the file may become, or is, a store this program can use. Returns its format version, 0 when it is no
/// store yet.
std::int64_t check_store(Connection& connection) {
  const std::int64_t id = connection.integer("PRAGMA application_id");
  const std::int64_t version = connection.integer("PRAGMA user_version");
  const std::string file{connection.file()};
  if (id == kApplicationId) {
    if (version > kFormatVersion) {
      throw Error{Errc::unsupported, file + ": format version " + std::to_string(version) +
                                         ", this program reads up to " + std::to_string(kFormatVersion) +
                                         "; use a newer leftfold (the file is unchanged)"};
    }
    if (version < 1) throw Error{Errc::corrupt, file + ": has leftfold's application id but no format version"};
    return version;
  }
  const bool taken = id != 0 || (connection.integer("SELECT count(*) FROM sqlite_schema") != 0 &&
                                 !has_table(connection, "leftfold_projections"));
  // Between the questions another process may have made the store: its tables and its id come at once.
  const auto is_store_by_now = [&] { return id == 0 && connection.integer("PRAGMA application_id") == kApplicationId; };
  if (taken) {
    if (is_store_by_now()) return check_store(connection);
    throw Error{Errc::invalid_argument,
                file + ": is another program's database; name a file of its own for the events"};
  }
  for (const char* table : kTables) {
    if (has_table(connection, table)) {
      if (is_store_by_now()) return check_store(connection);
      throw Error{Errc::invalid_argument,
                  file + ": holds a read table called \"" + table + "\", a name the store needs; rename it"};
    }
  }
  return 0;
}

bool in_wal_mode(Connection& connection) { return connection.text("PRAGMA journal_mode") == "wal"; }

void switch_to_wal(Connection& connection) {
  const std::string mode = connection.text("PRAGMA journal_mode = WAL");
  if (mode != "wal") {
    throw Error{Errc::unsupported, std::string{connection.file()} +
                                       ": cannot use a write-ahead log here (journal mode \"" + mode +
                                       "\"); put the file on a local disk"};
  }
}

template <class Change>
void in_transaction(Connection& connection, Change change) {
  connection.execute("BEGIN IMMEDIATE");
  try {
    change();
    connection.execute("COMMIT");
  } catch (...) {
    connection.rollback();
    throw;
  }
}

}  // namespace

void open_store(Connection& connection, Access access, std::chrono::milliseconds lock_timeout) {
  if (const std::int64_t version = check_store(connection); version > 0) {
    if (access == Access::read_only) return;
    if (version == kFormatVersion && in_wal_mode(connection) && has_table(connection, "leftfold_snapshots")) return;
  } else if (access == Access::read_only) {
    throw Error{Errc::not_found, std::string{connection.file()} +
                                     ": holds no events yet; it is opened read-only, so the tables are not created"};
  }
  const SetupLock lock{connection, lock_timeout};
  connection.execute("PRAGMA synchronous = FULL");
  (void)check_store(connection);
  switch_to_wal(connection);
  in_transaction(connection, [&] {
    const std::int64_t version = check_store(connection);  // another process may have been faster
    if (!has_table(connection, "leftfold_snapshots")) connection.execute(kSnapshotsTable);
    if (version == kFormatVersion) return;
    if (version < 1) connection.execute(kStoreTables);
    for (const char* tables : kTablesSince2) connection.execute(tables);
    connection.execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    connection.execute(("PRAGMA user_version = " + std::to_string(kFormatVersion)).c_str());
  });
}

void open_read_model(Connection& connection, std::chrono::milliseconds lock_timeout) {
  const auto has_all = [&] {
    return has_table(connection, "leftfold_projections") && has_table(connection, "leftfold_projection_versions");
  };
  const auto create_missing = [&] {
    if (!has_table(connection, "leftfold_projections")) connection.execute(kProjectionsTable);
    if (!has_table(connection, "leftfold_projection_versions")) connection.execute(kProjectionVersionsTable);
  };
  if (connection.file() == ":memory:") return create_missing();
  if (connection.integer("PRAGMA application_id") == kApplicationId) {
    (void)check_store(connection);  // a newer format is not written to
  }
  if (in_wal_mode(connection) && has_all()) return;
  const SetupLock lock{connection, lock_timeout};
  connection.execute("PRAGMA synchronous = FULL");
  switch_to_wal(connection);
  in_transaction(connection, create_missing);
}

bool has_table(Connection& connection, const std::string& name) {
  return connection.integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '" + name + "'") != 0;
}

bool is_store(Connection& connection) { return connection.integer("PRAGMA application_id") == kApplicationId; }

bool is_store_table(std::string_view name) noexcept {
  return std::any_of(kTables.begin(), kTables.end(), [&](const std::string_view table) {
    return table.size() == name.size() &&
           sqlite3_strnicmp(table.data(), name.data(), static_cast<int>(name.size())) == 0;
  });
}

}  // namespace leftfold::inline v0::sqlite
