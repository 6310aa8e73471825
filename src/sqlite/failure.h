// SPDX-License-Identifier: Apache-2.0
// What SQLite's result codes mean to a caller.
#pragma once

#include <sqlite3.h>

#include <source_location>
#include <string>
#include <string_view>

#include <leftfold/error.h>

namespace leftfold::inline v0::sqlite {

/// The code for a call that failed with SQLite's (extended) `result` and, for a failed system call, errno `os_error`.
/// For a failed COMMIT see EventWriter::commit: there some results leave the outcome open.
[[nodiscard]] Errc errc_of(int result, int os_error) noexcept;

/// The error of a call that failed on `db` (may be null): "FILE: doing: SQLite's message; the next step".
[[nodiscard]] Error failure(sqlite3* db, int result, std::string_view file, std::string_view doing,
                            std::source_location where = std::source_location::current());

/// As above with the code decided by the caller.
[[nodiscard]] Error failure_as(Errc code, sqlite3* db, int result, std::string_view file, std::string_view doing,
                               std::source_location where = std::source_location::current());

}  // namespace leftfold::inline v0::sqlite
