// SPDX-License-Identifier: Apache-2.0
// Write transactions that survive a power cut.
#pragma once

#include <chrono>
#include <memory>

#include <leftfold/log.h>

#include "sqlite/connection.h"
#include "sqlite/shared_file.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

/// One connection with synchronous=FULL and its write transactions, one after the other: begin(), then commit() or
/// undo(), then leave(). One thread at a time, not always the same.
class DurableWriter {
 public:
  struct Options {
    std::chrono::milliseconds lock_timeout{};
    Logger* log = nullptr;
  };
  /// `connection` is open for writing.
  DurableWriter(std::unique_ptr<Connection> connection, std::shared_ptr<SharedFile> shared, Options options);

  [[nodiscard]] Connection& connection() noexcept { return *connection_; }

  /// Waits for the write lock. Throws Error(unavailable, permission_denied, corrupt, storage_full): there is then no
  /// transaction.
  void begin();
  /// Makes all durable. Throws Error(unavailable, storage_full): nothing was stored; in_doubt: unknown. The transaction
  /// is over in any case.
  void commit();
  void undo() noexcept;
  /// After commit(): lets other writers of this process in.
  void leave() noexcept { hold_.leave(); }

  /// `change()` in a transaction. Undone when it throws, and when it returns false. Throws as begin() and commit() and
  /// what it throws. Returns what it returns.
  template <class Change>
  bool transact(Change change) {
    begin();
    bool changed = false;
    try {
      changed = change();
    } catch (...) {
      undo();
      throw;
    }
    if (!changed) {
      undo();
      return false;
    }
    commit();
    leave();
    return true;
  }

 private:
  void settle_log();

  std::shared_ptr<SharedFile> shared_;
  const Options options_;
  std::unique_ptr<Connection> connection_;
  Statement begin_, commit_;
  WriterGate::Hold hold_;
};

}  // namespace leftfold::inline v0::sqlite
