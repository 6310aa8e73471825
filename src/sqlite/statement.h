// SPDX-License-Identifier: Apache-2.0
// One prepared statement.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <leftfold/uuid.h>

namespace leftfold::inline v0::sqlite {

class Connection;

/// A prepared statement, kept for many runs. Texts and ids that are bound must live until the run ends (step() returned
/// false or threw, or reset()). One thread at a time, the connection's. The connection must outlive it.
class Statement {
 public:
  Statement() = default;
  /// A statement of leftfold's own. Throws Error for one that SQLite refuses; corrupt when it does not fit the tables.
  Statement(Connection& connection, std::string_view sql);
  /// Takes over a prepared statement.
  Statement(Connection& connection, sqlite3_stmt* handle) : connection_{&connection}, handle_{handle} {}
  Statement(Statement&& other) noexcept
      : connection_{std::exchange(other.connection_, nullptr)}, handle_{std::exchange(other.handle_, nullptr)} {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(connection_, other.connection_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Statement() { sqlite3_finalize(handle_); }

  void bind(int index, std::int64_t value) { check(sqlite3_bind_int64(handle_, index, value)); }
  void bind(int index, double value) { check(sqlite3_bind_double(handle_, index, value)); }
  void bind_null(int index) { check(sqlite3_bind_null(handle_, index)); }
  void bind(int index, std::string_view text) {
    check(
        sqlite3_bind_text64(handle_, index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  void bind(int index, const Uuid& id) {
    check(sqlite3_bind_blob(handle_, index, id.bytes().data(), 16, SQLITE_STATIC));
  }

  /// Binds text from outside: as TEXT when it is UTF-8 without NUL bytes, else as BLOB, so that SQLite's tools show the
  /// one and keep the other. Equal bytes are bound equally.
  void bind_bytes(int index, std::string_view bytes);

  /// Runs to the next row. Returns false at the end; the statement is then reset. Throws Error, and is reset too.
  bool step() {
    const int result = sqlite3_step(handle_);
    if (result == SQLITE_ROW) return true;
    sqlite3_reset(handle_);
    if (result != SQLITE_DONE) fail(result);
    return false;
  }
  /// Runs to the end, whatever rows there are. Throws like step.
  void run() {
    while (step()) {
    }
  }
  /// As step, but returns SQLite's result and leaves what it means to the caller.
  [[nodiscard]] int try_step() noexcept {
    const int result = sqlite3_step(handle_);
    sqlite3_reset(handle_);
    return result;
  }
  void reset() noexcept { sqlite3_reset(handle_); }

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  /// Valid until the next step or reset.
  [[nodiscard]] std::string_view text(int column) const;
  /// What bind_bytes bound. Valid until the next step or reset.
  [[nodiscard]] std::string_view bytes(int column) const;
  /// Throws Error(corrupt) for a value that has not 16 bytes.
  [[nodiscard]] Uuid uuid(int column) const;

  [[nodiscard]] sqlite3_stmt* handle() const { return handle_; }

 private:
  void check(int result) {
    if (result != SQLITE_OK) fail(result);
  }
  [[noreturn]] void fail(int result) const;

  Connection* connection_ = nullptr;
  sqlite3_stmt* handle_ = nullptr;
};

/// Resets a statement at the end of a scope, so that no read transaction stays open behind it.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_{statement} {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

}  // namespace leftfold::inline v0::sqlite
