// SPDX-License-Identifier: Apache-2.0
#include "sqlite/sqlite_cursor.h"

#include <sqlite3.h>

#include <cmath>
#include <new>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/sqlite_read_model.h>

namespace leftfold::inline v0::detail {

SqliteCursor::SqliteCursor(std::shared_ptr<sqlite::ReadModelFile> file, std::string_view sql, bool write)
    : file_{std::move(file)}, sql_{sql} {
  try {
    choose_connection(write);
    statement_ = connection_->take(sql);
    sqlite3_stmt* handle = statement_.handle();
    if (write && sqlite3_column_count(handle) != 0) refuse("the statement returns rows; use query()");
    if (!write && sqlite3_column_count(handle) == 0) refuse("the statement returns no rows; use execute()");
    if (!write && sqlite3_stmt_readonly(handle) == 0) refuse("the statement writes; use execute(), without RETURNING");
  } catch (...) {
    finish();
    throw;
  }
}

SqliteCursor::~SqliteCursor() { finish(); }

void SqliteCursor::choose_connection(bool write) {
  if (file_->transaction_is_here()) {
    connection_ = &file_->writer();
    if (!connection_->connection().in_transaction()) {
      throw Error{Errc::unavailable, std::string{connection_->connection().file()} +
                                         ": the transaction was undone when one of its statements failed; begin again"};
    }
    return;
  }
  if (write || file_->in_memory()) {
    hold_ = file_->enter();
    connection_ = &file_->writer();
    if (!write) return;
    file_->begin();
    own_transaction_ = true;
    return;
  }
  reader_ = file_->take_reader();
  connection_ = reader_.get();
  connection_->connection().check_file_in_place();
}

void SqliteCursor::finish() noexcept {
  if (connection_ == nullptr) return;
  if (sqlite3_stmt* handle = statement_.handle()) {
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);  // they point into the caller's arguments
    try {
      connection_->put_back(sql_, std::move(statement_));
    } catch (const std::bad_alloc&) {  // then it is prepared again next time
    }
  }
  if (own_transaction_) file_->rollback();  // nothing is left to undo after run()
  if (reader_) {
    try {
      file_->put_back(std::move(reader_));
    } catch (const std::bad_alloc&) {
    }
  }
  hold_.leave();
}

std::int64_t SqliteCursor::run() {
  sqlite3* db = connection_->connection().handle();
  const std::int64_t before = sqlite3_total_changes64(db);
  statement_.run();
  // The count of the statement before stands after one that changes no rows, such as CREATE TABLE.
  const std::int64_t changed = sqlite3_total_changes64(db) == before ? 0 : sqlite3_changes64(db);
  if (own_transaction_) file_->commit();
  return changed;
}

void SqliteCursor::expect_arguments(int given) const {
  const int wanted = sqlite3_bind_parameter_count(statement_.handle());
  if (wanted == given) return;
  refuse("the statement has " + std::to_string(wanted) + " parameters, but " + std::to_string(given) +
         " arguments were given");
}

void SqliteCursor::expect_columns(int fields) const {
  const int columns = sqlite3_column_count(statement_.handle());
  if (columns == fields) return;
  refuse("the query has " + std::to_string(columns) + " columns, but the row type has " + std::to_string(fields) +
         " fields");
}

void SqliteCursor::refuse(const std::string& what) const {
  throw Error{Errc::invalid_argument,
              std::string{connection_->connection().file()} + ": " + what + "; the statement is: " + std::string{sql_}};
}

void SqliteCursor::refuse_column(int column, const std::string& what) const {
  const char* name = sqlite3_column_name(statement_.handle(), column);
  refuse("column " + std::to_string(column + 1) + " (" + (name != nullptr ? name : "") + ") " + what);
}

void bind(SqliteCursor& cursor, int index, std::int64_t value) { cursor.statement().bind(index, value); }
void bind(SqliteCursor& cursor, int index, double value) {
  if (std::isnan(value))
    cursor.refuse("argument " + std::to_string(index) + " is not a number, which SQLite cannot store");
  cursor.statement().bind(index, value);
}
void bind(SqliteCursor& cursor, int index, std::string_view value) { cursor.statement().bind(index, value); }
void bind_null(SqliteCursor& cursor, int index) { cursor.statement().bind_null(index); }

bool step(SqliteCursor& cursor) { return cursor.statement().step(); }

bool is_null(SqliteCursor& cursor, int column) { return cursor.statement().is_null(column); }

void column(SqliteCursor& cursor, int column, std::int64_t& into) {
  sqlite3_stmt* handle = cursor.statement().handle();
  switch (sqlite3_column_type(handle, column)) {
    case SQLITE_INTEGER: into = sqlite3_column_int64(handle, column); return;
    case SQLITE_FLOAT: {                             // total() and division give whole numbers as REAL
      constexpr double kLimit = 9007199254740992.0;  // 2^53: beyond it a double is no exact integer
      const double value = sqlite3_column_double(handle, column);
      if (std::trunc(value) != value || std::abs(value) > kLimit)
        cursor.refuse_column(column, "is no integer, as its field is");
      into = static_cast<std::int64_t>(value);
      return;
    }
    case SQLITE_NULL: cursor.refuse_column(column, "is NULL; make its field a std::optional");
    default: cursor.refuse_column(column, "is no number, as its field is");
  }
}

void column(SqliteCursor& cursor, int column, double& into) {
  sqlite3_stmt* handle = cursor.statement().handle();
  switch (sqlite3_column_type(handle, column)) {
    case SQLITE_INTEGER:
    case SQLITE_FLOAT: into = sqlite3_column_double(handle, column); return;
    case SQLITE_NULL: cursor.refuse_column(column, "is NULL; make its field a std::optional");
    default: cursor.refuse_column(column, "is no number, as its field is");
  }
}

void column(SqliteCursor& cursor, int column, std::string& into) {
  switch (sqlite3_column_type(cursor.statement().handle(), column)) {
    case SQLITE_TEXT:
    case SQLITE_BLOB: into = cursor.statement().text(column); return;
    case SQLITE_NULL: cursor.refuse_column(column, "is NULL; make its field a std::optional");
    default: cursor.refuse_column(column, "is no text, as its field is; use CAST(... AS TEXT)");
  }
}

void throw_out_of_range(SqliteCursor& cursor, int column) {
  cursor.refuse_column(column, "holds a number too large for its field");
}

}  // namespace leftfold::inline v0::detail
