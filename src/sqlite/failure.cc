// SPDX-License-Identifier: Apache-2.0
#include "sqlite/failure.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace leftfold::inline v0::sqlite {
namespace {

std::string_view next_step(Errc code, int result) {
  switch (code) {
    case Errc::storage_full: return "free some space on the disk (or raise the quota), then try again";
    case Errc::permission_denied:
      if (result == SQLITE_READONLY_DIRECTORY || (result & 0xff) == SQLITE_CANTOPEN) {
        return "SQLite makes FILE-wal and FILE-shm beside it, for readers too: let this user read the file and write "
               "its "
               "folder, or copy the file, with its FILE-wal, into another folder";
      }
      return "let this user write the file and its folder (FILE-wal, FILE-shm and FILE-lock lie beside it), or open it "
             "read-only";
    case Errc::not_found: return "check the path";
    case Errc::in_doubt: return "read the aggregate to learn whether its events were stored, and check the disk";
    case Errc::corrupt:
      return (result & 0xff) == SQLITE_NOTADB
                 ? "the file is not a SQLite database: check the path"
                 : "stop writing, run `sqlite3 FILE 'PRAGMA integrity_check'`, and restore a backup or use `.recover`";
    case Errc::invalid_argument: return "correct the call";
    case Errc::unavailable: return (result & 0xff) == SQLITE_BUSY ? "try again" : "check the disk, then try again";
    default: return "please report it";
  }
}

}  // namespace

Errc errc_of(int result, int os_error) noexcept {
  const bool no_room = os_error == ENOSPC || os_error == EDQUOT || os_error == EFBIG;
  switch (result & 0xff) {
    case SQLITE_FULL: return Errc::storage_full;
    case SQLITE_IOERR: return no_room ? Errc::storage_full : Errc::unavailable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT: return Errc::unavailable;
    case SQLITE_READONLY: return result == SQLITE_READONLY_DBMOVED ? Errc::unavailable : Errc::permission_denied;
    case SQLITE_PERM:
    case SQLITE_AUTH: return Errc::permission_denied;
    case SQLITE_CANTOPEN:
      if (no_room) return Errc::storage_full;
      if (os_error == ENOENT) return Errc::not_found;
      return os_error == EMFILE || os_error == ENFILE ? Errc::unavailable : Errc::permission_denied;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Errc::corrupt;
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_ERROR: return Errc::invalid_argument;
    default: return Errc::internal;
  }
}

Error failure(sqlite3* db, int result, std::string_view file, std::string_view doing, std::source_location where) {
  const int os_error = db != nullptr ? sqlite3_system_errno(db) : 0;
  Errc code = errc_of(result, os_error);
  // What is not there is then one of the files beside it, on a disk that nobody may write to.
  std::error_code ignored;
  if (code == Errc::not_found && std::filesystem::exists(file, ignored)) code = Errc::permission_denied;
  return failure_as(code, db, result, file, doing, where);
}

Error failure_as(Errc code, sqlite3* db, int result, std::string_view file, std::string_view doing,
                 std::source_location where) {
  std::string text{file};
  text.append(": ").append(doing).append(": ");
  text.append(db != nullptr && (sqlite3_errcode(db) & 0xff) == (result & 0xff) ? sqlite3_errmsg(db)
                                                                               : sqlite3_errstr(result));
  text.append(" (SQLite result ").append(std::to_string(result)).append("); ").append(next_step(code, result));
  return Error{code, text, where};
}

}  // namespace leftfold::inline v0::sqlite
