// SPDX-License-Identifier: Apache-2.0
// Port: read tables of rows by key, which are the same on every store that has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/read_model.h>

namespace leftfold::inline v0 {

/// A row as the port hands it out. Plain value.
struct TableRow {
  std::string key;
  std::string row;  ///< a JSON object
  bool operator==(const TableRow&) const = default;
};

/// What a name, a key and a row may be at most, so that a program runs on every store.
inline constexpr std::size_t kMaxTableName = 64;       ///< characters
inline constexpr std::size_t kMaxRowKey = 1024;        ///< bytes
inline constexpr std::size_t kMaxRowsListed = 10'000;  ///< of one call of list()

// For those who write read tables. Throw Error(invalid_argument) that says what is wrong.

/// A table's name: small letters, digits and '_', beginning with a letter, at most kMaxTableName; none that begins with
/// "leftfold_" or "sqlite_", and not streams, events, commands or subscriptions, which a SQLite store has.
void validate_table(std::string_view table);
/// A row's key: text (UTF-8 without NUL) of 1 to kMaxRowKey bytes.
void validate_row_key(std::string_view table, std::string_view key);
/// The name of a member: not empty, without quotes, backslashes and control characters, and not k, s or r, which are
/// attributes of a row on DynamoDB.
void validate_row_member(std::string_view table, std::string_view member);
/// A row: a JSON object with such members.
void validate_row(std::string_view table, std::string_view key, std::string_view row);

/// Port: tables of rows by text key, each row a JSON object. A table is there once a row is put, and reads as empty
/// before. Programs use it through ReadTable<Row>.
///
/// On the thread of a transaction (ReadModel::begin) calls belong to it: they see what it wrote, and others see it once
/// it is committed. Elsewhere a write is a transaction of its own, and reads see what is committed.
/// A row comes back with the same values, but members may change their order and numbers their form (1.0 becomes 1).
///
/// All functions throw Error(invalid_argument) for what the validate functions above refuse; unavailable, throttled,
/// permission_denied, storage_full and corrupt. Nothing is changed then. A write outside of a transaction also throws
/// in_doubt: it may have been stored. On a store whose transactions have a limit
/// also invalid_argument once a transaction is over it: see ReadModelTransaction::full(). testing/read_tables_suite.h
/// checks it. Any thread. Must outlive the Runner.
class ReadTables : public ReadModel {
 public:
  /// The row, or nothing.
  [[nodiscard]] virtual std::optional<std::string> find(std::string_view table, std::string_view key) = 0;
  /// Stores the row, whatever was there.
  virtual void put(std::string_view table, std::string_view key, std::string_view row) = 0;
  /// Takes the row away, if it is there.
  virtual void erase(std::string_view table, std::string_view key) = 0;
  /// Adds to a whole number in the row; a row or member that is missing counts as 0 and is made. Transactions that add
  /// to the same row do not get into each other's way. Throws Error(invalid_argument) for a member that is no whole
  /// number and for a sum beyond 64 bits; some stores say so when the transaction commits, or when the row is read.
  virtual void add(std::string_view table, std::string_view key, std::string_view member, std::int64_t amount) = 0;
  /// Takes all rows away, at once however many there are.
  virtual void clear(std::string_view table) = 0;
  /// The rows with keys above `after` (empty: from the first one), in the order of the keys' bytes, at most `max` of
  /// them, and at most kMaxRowsListed. In a transaction on a store across a network they are as they were when they
  /// were read: unlike find(), nothing keeps others from changing them before the commit.
  [[nodiscard]] virtual std::vector<TableRow> list(std::string_view table, std::string_view after, std::size_t max) = 0;
};

}  // namespace leftfold::inline v0
