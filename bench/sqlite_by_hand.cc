// SPDX-License-Identifier: Apache-2.0
#include "sqlite_by_hand.h"

#include <sqlite3.h>

#include <stdexcept>
#include <string>

namespace leftfold::bench {

namespace {

// The columns and conditions of the store's statements (src/sqlite/event_reader.cc).
constexpr std::string_view kReadStream =
    "SELECT global_position, stream, version, event_id, type, payload, metadata, committed_at, schema_version, "
    "commit_id, commit_pos, commit_size FROM events WHERE stream = ?1 AND version >= ?2 ORDER BY version LIMIT ?3";
constexpr std::string_view kReadAll =
    "SELECT global_position, stream, version, event_id, type, payload, metadata, committed_at, schema_version, "
    "commit_id, commit_pos, commit_size FROM events WHERE global_position > ?1 ORDER BY global_position LIMIT ?2";

}  // namespace

void SqliteByHand::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
void SqliteByHand::Close::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

SqliteByHand::SqliteByHand(const std::filesystem::path& file) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(opened);
  if (result != SQLITE_OK) throw std::runtime_error{file.string() + ": " + sqlite3_errstr(result)};
  sqlite3_exec(opened, "PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -2048", nullptr, nullptr, nullptr);
  find_stream_ = prepare("SELECT id FROM streams WHERE name = ?1");
  read_stream_ = prepare(kReadStream);
  read_all_ = prepare(kReadAll);
}

SqliteByHand::Prepared SqliteByHand::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK) {
    throw std::runtime_error{sqlite3_errmsg(handle_.get())};
  }
  return Prepared{statement};
}

ReadCount SqliteByHand::read_stream(std::string_view aggregate_id, std::int64_t max) {
  sqlite3_bind_text(find_stream_.get(), 1, aggregate_id.data(), static_cast<int>(aggregate_id.size()), SQLITE_STATIC);
  const std::int64_t stream =
      sqlite3_step(find_stream_.get()) == SQLITE_ROW ? sqlite3_column_int64(find_stream_.get(), 0) : 0;
  sqlite3_reset(find_stream_.get());
  sqlite3_bind_int64(read_stream_.get(), 1, stream);
  sqlite3_bind_int64(read_stream_.get(), 2, 0);
  sqlite3_bind_int64(read_stream_.get(), 3, max);
  return read_rows(read_stream_.get());
}

ReadCount SqliteByHand::read_all(std::int64_t after, std::int64_t max) {
  sqlite3_bind_int64(read_all_.get(), 1, after);
  sqlite3_bind_int64(read_all_.get(), 2, max);
  return read_rows(read_all_.get());
}

ReadCount SqliteByHand::read_rows(sqlite3_stmt* row) {
  ReadCount count;
  while (sqlite3_step(row) == SQLITE_ROW) {
    ++count.events;
    count.last_position = sqlite3_column_int64(row, 0);
    for (const int column : {1, 2, 7, 8, 10, 11})
      count.bytes += static_cast<std::uint64_t>(sqlite3_column_int64(row, column));
    for (const int column : {3, 9}) {
      if (sqlite3_column_blob(row, column) != nullptr)
        count.bytes += static_cast<std::uint64_t>(sqlite3_column_bytes(row, column));
    }
    for (const int column : {4, 5, 6}) {
      const unsigned char* text = sqlite3_column_text(row, column);
      if (text != nullptr) count.bytes += text[0] + static_cast<std::uint64_t>(sqlite3_column_bytes(row, column));
    }
  }
  sqlite3_reset(row);
  return count;
}

}  // namespace leftfold::bench
