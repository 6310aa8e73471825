// SPDX-License-Identifier: Apache-2.0
// One connection to a SQLite file.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold::inline v0::sqlite {

enum class Access { read_write, read_only };

/// The path by which SQLite is told of a file: absolute, so that a change of the working folder or a name that begins
/// with "file:" changes nothing.
/// Throws Error(invalid_argument) for an empty path, ":memory:" or a folder, not_found for a missing parent folder, and
/// for a missing file when `mode` is read_only, permission_denied for a folder that may not be written.
[[nodiscard]] std::filesystem::path checked_path(const std::filesystem::path& file, Access mode);

/// One connection, with the settings all of leftfold's connections share: extended result codes, waits for other
/// processes up to `lock_timeout`.
/// One thread at a time. Does not touch SQLite's process-wide configuration, which is the program's own.
class Connection {
 public:
  /// Opens `file` (a checked_path, or ":memory:"), and creates it when `access` is read_write.
  /// Throws Error(permission_denied, not_found, unavailable, unsupported for a SQLite library that cannot be used).
  Connection(const std::filesystem::path& file, Access access, std::chrono::milliseconds lock_timeout);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }
  [[nodiscard]] std::string_view file() const noexcept { return file_; }

  /// Runs SQL that returns no rows of interest. Throws Error.
  void execute(const char* sql);
  /// The first column of the first row, 0 without one. Throws Error.
  [[nodiscard]] std::int64_t integer(std::string_view sql);
  [[nodiscard]] std::string text(std::string_view sql);

  [[nodiscard]] bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }
  /// Undoes the open transaction, if there is one.
  void rollback() noexcept;
  /// Throws Error(unavailable) when the path no longer leads to the open file: somebody deleted or replaced it.
  void check_file_in_place() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  /// SQLite's busy handler: sleeps a little. Another process' unlock cannot be waited for in another way.
  static int wait_for_lock(void* self, int attempt) noexcept;

  std::string file_;
  std::chrono::milliseconds lock_timeout_;
  Instant waiting_since_{};
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace leftfold::inline v0::sqlite
