// SPDX-License-Identifier: Apache-2.0
// The connections of a SqliteReadModel.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <leftfold/read_model.h>

#include "sqlite/connection.h"
#include "sqlite/idle_readers.h"
#include "sqlite/shared_file.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// A connection for the user's SQL: keeps prepared statements, and refuses what would break the transaction it runs in
/// or leftfold's own tables. One thread at a time.
class UserConnection {
 public:
  UserConnection(const std::filesystem::path& file, Access access, std::chrono::milliseconds lock_timeout);

  /// For leftfold's own statements, between guard() and the end of the scope.
  class Unguarded {
   public:
    explicit Unguarded(UserConnection& connection) : connection_{connection} { connection_.guarded_ = false; }
    ~Unguarded() { connection_.guarded_ = true; }
    Unguarded(const Unguarded&) = delete;
    Unguarded& operator=(const Unguarded&) = delete;

   private:
    UserConnection& connection_;
  };

  [[nodiscard]] Connection& connection() { return connection_; }
  /// From here on statements are the user's: transactions, ATTACH, PRAGMA and writes to leftfold's tables are refused.
  /// SQLite asks again whenever it prepares a statement anew, after a change of the tables.
  void guard();

  /// Takes a kept statement, or prepares one. Throws Error(invalid_argument) with SQLite's reason and the statement.
  [[nodiscard]] Statement take(std::string_view sql);
  /// Keeps a statement for its next use.
  void put_back(std::string_view sql, Statement statement);

 private:
  static int authorize(void* self, int action, const char* first, const char* second, const char* database,
                       const char* trigger) noexcept;
  [[nodiscard]] bool is_own_table(std::string_view name) const;

  Connection connection_;
  bool guarded_ = false;
  bool guards_store_ = false;
  const char* refusal_ = nullptr;
  std::map<std::string, Statement, std::less<>> kept_;
};

/// The file of a read model: one connection that writes, some that read. For ":memory:" one does both.
/// Any thread, save as said.
class ReadModelFile {
 public:
  ReadModelFile(const std::filesystem::path& file, std::chrono::milliseconds lock_timeout);

  [[nodiscard]] bool in_memory() const { return in_memory_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_; }  ///< its real path
  /// Waits for the right to write; the holder alone uses writer().
  [[nodiscard]] WriterGate::Hold enter();
  [[nodiscard]] UserConnection& writer() { return *writer_; }
  /// Whether this thread has the open transaction.
  [[nodiscard]] bool transaction_is_here() const { return transaction_.load() == std::this_thread::get_id(); }
  void set_transaction_here(bool here) { transaction_.store(here ? std::this_thread::get_id() : std::thread::id{}); }

  /// Begins a write transaction on writer(), whose gate the caller holds. Throws Error.
  void begin();
  /// Throws Error(unavailable, storage_full); the transaction is over in any case.
  void commit();
  void rollback() noexcept;

  /// The projector's checkpoint; the caller holds the gate. -1 is one: the tables are made, partition 0 has not begun.
  [[nodiscard]] std::optional<std::int64_t> checkpoint(std::string_view projector);
  void set_checkpoint(std::string_view projector, std::int64_t done);

  /// As the functions of ReadModelTransaction; the caller holds the gate, inside a transaction.
  [[nodiscard]] std::optional<Version> handled(std::string_view projector, std::string_view aggregate);
  [[nodiscard]] std::vector<HandledVersion> all_handled(std::string_view projector);
  void set_handled(std::string_view projector, std::string_view aggregate, Version version);
  void forget_handled(std::string_view projector, std::string_view aggregate);

  [[nodiscard]] std::unique_ptr<UserConnection> take_reader();
  void put_back(std::unique_ptr<UserConnection> reader) { idle_readers_.put_back(std::move(reader)); }

 private:
  const bool in_memory_;
  const std::chrono::milliseconds lock_timeout_;
  std::filesystem::path file_;
  std::unique_ptr<UserConnection> writer_;
  std::shared_ptr<SharedFile> shared_;
  Statement begin_, commit_, find_checkpoint_, set_checkpoint_;
  Statement find_handled_, list_handled_, set_handled_, forget_handled_;
  std::atomic<std::thread::id> transaction_{};
  static constexpr std::size_t kMostIdle = 4;
  IdleReaders<UserConnection> idle_readers_{kMostIdle};
};

}  // namespace leftfold::inline v0::sqlite
