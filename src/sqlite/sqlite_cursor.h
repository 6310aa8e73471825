// SPDX-License-Identifier: Apache-2.0
// One run of a statement of a read model.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sqlite/read_model_file.h"

namespace leftfold::inline v0::detail {

/// Finds the connection a statement belongs to: the thread's transaction, one of its own, or a reader. Undoes a
/// transaction of its own unless run() committed it.
/// One thread, for the length of one call of SqliteReadModel.
class SqliteCursor {
 public:
  /// Throws Error(invalid_argument) for a statement that does not fit: rows from execute, a write from query.
  SqliteCursor(std::shared_ptr<sqlite::ReadModelFile> file, std::string_view sql, bool write);
  SqliteCursor(const SqliteCursor&) = delete;
  SqliteCursor& operator=(const SqliteCursor&) = delete;
  ~SqliteCursor();

  void expect_arguments(int given) const;
  void expect_columns(int fields) const;
  /// Runs a statement that writes; returns the rows changed.
  std::int64_t run();
  /// Throws Error(invalid_argument): what is wrong, then the statement.
  [[noreturn]] void refuse(const std::string& what) const;
  /// As refuse, about a column.
  [[noreturn]] void refuse_column(int column, const std::string& what) const;

  [[nodiscard]] sqlite::Statement& statement() { return statement_; }

 private:
  void choose_connection(bool write);
  void finish() noexcept;

  std::shared_ptr<sqlite::ReadModelFile> file_;
  std::string_view sql_;
  sqlite::WriterGate::Hold hold_;
  std::unique_ptr<sqlite::UserConnection> reader_;
  sqlite::UserConnection* connection_ = nullptr;
  sqlite::Statement statement_;
  bool own_transaction_ = false;
};

}  // namespace leftfold::inline v0::detail
