// SPDX-License-Identifier: Apache-2.0
// Connections for tables beside the events, opened when they are first needed.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/log.h>

#include "sqlite/connection.h"
#include "sqlite/durable_writer.h"
#include "sqlite/shared_file.h"

namespace leftfold::inline v0::sqlite {

/// What it takes to open one more connection to a store's file. Plain value.
struct FileAccess {
  std::filesystem::path file;
  Access access = Access::read_write;
  std::shared_ptr<SharedFile> shared;
  std::chrono::milliseconds lock_timeout{};
  Clock* clock = nullptr;
  Logger* log = nullptr;

  /// The same, for those who would rather fail than wait for a lock as long as the store does.
  [[nodiscard]] FileAccess waiting_at_most(std::chrono::milliseconds longest) const {
    FileAccess other = *this;
    other.lock_timeout = std::min(lock_timeout, longest);
    return other;
  }

  [[nodiscard]] std::unique_ptr<Connection> connect(Access as) const {
    auto connection = std::make_unique<Connection>(file, as, lock_timeout);
    connection->execute("PRAGMA cache_size = -256");
    shared->check_found_at(file);
    return connection;
  }
};

/// Durable write transactions with prepared statements `Sql`, made from a Connection&. Any thread.
template <class Sql>
class SideWriter {
 public:
  explicit SideWriter(FileAccess access) : access_{std::move(access)} {}

  /// `change(Sql&)` in a transaction; undone when it throws or returns false. Returns what it returns.
  /// Throws Error(permission_denied) for a file that is open read-only, invalid_argument on a thread that has a
  /// transaction of a read model open on the file; else as DurableWriter::transact.
  template <class Change>
  bool transact(Change change) {
    if (access_.access == Access::read_only) {
      throw Error{Errc::permission_denied, access_.file.string() + ": is open read-only; open it for writing"};
    }
    access_.shared->gate.check_not_held_here(access_.file.native());  // before the mutex: its holder waits for the gate
    const std::lock_guard lock{mutex_};
    if (!open_) open_.emplace(access_);
    return open_->transaction.transact([&] { return change(open_->sql); });
  }

 private:
  struct Open {
    explicit Open(const FileAccess& access)
        : transaction{access.connect(Access::read_write), access.shared, {access.lock_timeout, access.log}},
          sql{transaction.connection()} {}
    DurableWriter transaction;
    Sql sql;
  };
  const FileAccess access_;
  std::mutex mutex_;
  std::optional<Open> open_;
};

/// A connection to read with. Any thread, one at a time.
class SideReader {
 public:
  /// `table` is one that a file of an older version lacks.
  SideReader(FileAccess access, std::string table) : access_{std::move(access)}, table_{std::move(table)} {}

  /// `read(Connection&)`; a default result when the file lacks the table.
  template <class Read>
  auto with(Read read) -> decltype(read(std::declval<Connection&>())) {
    const std::lock_guard lock{mutex_};
    if (!connection_) connection_ = access_.connect(Access::read_only);
    connection_->check_file_in_place();
    if (!has_table()) return {};
    return read(*connection_);
  }

 private:
  bool has_table();

  const FileAccess access_;
  const std::string table_;
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;
  bool has_table_ = false;  // once there, it stays
};

}  // namespace leftfold::inline v0::sqlite
