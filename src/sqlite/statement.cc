// SPDX-License-Identifier: Apache-2.0
#include "sqlite/statement.h"

#include <cstring>
#include <string>

#include "core/utf8.h"
#include "sqlite/connection.h"
#include "sqlite/failure.h"

namespace leftfold::inline v0::sqlite {

Statement::Statement(Connection& connection, std::string_view sql) : connection_{&connection} {
  const int result = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
  if (result == SQLITE_OK) return;
  // The SQL is ours, so what SQLite has against it is in the file: a table that was dropped or is another.
  const int os_error = sqlite3_system_errno(connection.handle());
  const Errc code = (result & 0xff) == SQLITE_ERROR ? Errc::corrupt : errc_of(result, os_error);
  throw failure_as(code, connection.handle(), result, connection.file(), sql);
}

std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (bytes == nullptr) {
    if (sqlite3_errcode(connection_->handle()) == SQLITE_NOMEM) fail(SQLITE_NOMEM);
    return {};
  }
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

void Statement::bind_bytes(int index, std::string_view bytes) {
  if (bytes.find('\0') == bytes.npos && detail::is_utf8(bytes)) return bind(index, bytes);
  check(sqlite3_bind_blob64(handle_, index, bytes.data(), bytes.size(), SQLITE_STATIC));
}

std::string_view Statement::bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (bytes == nullptr) {
    if (sqlite3_errcode(connection_->handle()) == SQLITE_NOMEM) fail(SQLITE_NOMEM);
    return {};
  }
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Uuid Statement::uuid(int column) const {
  const void* bytes = sqlite3_column_blob(handle_, column);
  std::array<std::uint8_t, 16> id{};
  if (bytes == nullptr || sqlite3_column_bytes(handle_, column) != static_cast<int>(id.size())) {
    throw Error{Errc::corrupt, std::string{connection_->file()} + ": " + sqlite3_column_name(handle_, column) +
                                   " is not 16 bytes long; restore a backup"};
  }
  std::memcpy(id.data(), bytes, id.size());
  return Uuid{id};
}

void Statement::fail(int result) const {
  throw failure(connection_->handle(), result, connection_->file(), sqlite3_sql(handle_));
}

}  // namespace leftfold::inline v0::sqlite
