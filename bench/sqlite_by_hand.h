// SPDX-License-Identifier: Apache-2.0
// The raw limit of reading: the C API of SQLite and the store's own statements, nothing above them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace leftfold::bench {

/// How many events a read gave, and a sum over their bytes that keeps the compiler from dropping the read.
struct ReadCount {
  std::size_t events = 0;
  std::uint64_t bytes = 0;
  std::int64_t last_position = 0;
};

/// Reads the tables of docs/format/sqlite.md with prepared statements and touches every column, without keeping or
/// checking anything. One thread at a time.
class SqliteByHand {
 public:
  /// Throws std::runtime_error.
  explicit SqliteByHand(const std::filesystem::path& file);

  [[nodiscard]] ReadCount read_stream(std::string_view aggregate_id, std::int64_t max);
  [[nodiscard]] ReadCount read_all(std::int64_t after, std::int64_t max);

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using Prepared = std::unique_ptr<sqlite3_stmt, Close>;

  [[nodiscard]] Prepared prepare(std::string_view sql);
  [[nodiscard]] ReadCount read_rows(sqlite3_stmt* statement);

  std::unique_ptr<sqlite3, Close> handle_;
  Prepared find_stream_;
  Prepared read_stream_;
  Prepared read_all_;
};

}  // namespace leftfold::bench
