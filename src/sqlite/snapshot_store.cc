// SPDX-License-Identifier: Apache-2.0
#include "sqlite/snapshot_store.h"

#include <string>
#include <utility>

#include "sqlite/dead_letter_rows.h"
#include "sqlite/schema.h"

namespace leftfold::inline v0::sqlite {

SqliteSnapshots::SqliteSnapshots(const FileAccess& access)
    : access_{access.waiting_at_most(kLongestWait)}, writer_{access_} {}

SqliteSnapshots::Sql::Sql(Connection& connection)
    : connection_{connection},
      save_{connection,
            "INSERT INTO leftfold_snapshots(aggregate, schema, version, taken_at, state) VALUES(?1, ?2, ?3, ?4, ?5) "
            "ON CONFLICT DO UPDATE SET version = excluded.version, taken_at = excluded.taken_at, "
            "state = excluded.state WHERE version < excluded.version"},
      remove_{connection, "DELETE FROM leftfold_snapshots WHERE aggregate = ?1 AND schema = ?2"} {}

bool SqliteSnapshots::Sql::save(const StoredSnapshot& snapshot) {
  save_.bind_bytes(1, snapshot.aggregate_id);
  save_.bind_bytes(2, snapshot.schema);
  save_.bind(3, snapshot.version.value());
  bind_time(save_, 4, snapshot.taken_at);
  save_.bind_bytes(5, snapshot.state);
  save_.run();
  return sqlite3_changes(connection_.handle()) > 0;
}

bool SqliteSnapshots::Sql::remove(std::string_view aggregate_id, std::string_view schema) {
  remove_.bind_bytes(1, aggregate_id);
  remove_.bind_bytes(2, schema);
  remove_.run();
  return sqlite3_changes(connection_.handle()) > 0;
}

bool SqliteSnapshots::save(const StoredSnapshot& snapshot) {
  validate(snapshot);
  return writer_.transact([&](Sql& sql) { return sql.save(snapshot); });
}

bool SqliteSnapshots::remove(std::string_view aggregate_id, std::string_view schema) {
  validate_snapshot_key(aggregate_id, schema);
  return writer_.transact([&](Sql& sql) { return sql.remove(aggregate_id, schema); });
}

bool SqliteSnapshots::Reader::can_find() {
  if (find.handle() == nullptr && has_table(*connection, "leftfold_snapshots")) {
    find = {*connection,
            "SELECT version, taken_at, state FROM leftfold_snapshots WHERE aggregate = ?1 AND schema = ?2"};
  }
  return find.handle() != nullptr;
}

std::optional<StoredSnapshot> SqliteSnapshots::load(std::string_view aggregate_id, std::string_view schema) {
  validate_snapshot_key(aggregate_id, schema);
  std::unique_ptr<Reader> reader = idle_.take();
  if (reader == nullptr) reader = std::make_unique<Reader>(access_);
  reader->connection->check_file_in_place();
  std::optional<StoredSnapshot> found;
  if (reader->can_find()) {
    Statement& row = reader->find;
    row.bind_bytes(1, aggregate_id);
    row.bind_bytes(2, schema);
    const ResetAtEnd reset{row};
    if (row.step()) {
      found = StoredSnapshot{std::string{aggregate_id}, std::string{schema}, Version{row.integer(0)},
                             std::string{row.bytes(2)}, time_of(row, 1)};
    }
  }
  idle_.put_back(std::move(reader));
  return found;
}

}  // namespace leftfold::inline v0::sqlite
