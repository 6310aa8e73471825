// SPDX-License-Identifier: Apache-2.0
// Read tables in SQLite, written in the same transaction as the projector's checkpoint.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/read_tables.h>
#include <leftfold/reflect.h>

namespace leftfold::inline v0 {

namespace detail {

class SqliteCursor;  // one statement being run

// Binding and reading one value; the C library stays in the .cc file.
void bind(SqliteCursor&, int index, std::int64_t value);
void bind(SqliteCursor&, int index, double value);
void bind(SqliteCursor&, int index, std::string_view value);
void bind_null(SqliteCursor&, int index);
[[nodiscard]] bool step(SqliteCursor&);
[[nodiscard]] bool is_null(SqliteCursor&, int column);
void column(SqliteCursor&, int column, std::int64_t& into);
void column(SqliteCursor&, int column, double& into);
void column(SqliteCursor&, int column, std::string& into);

template <class T>
void bind_any(SqliteCursor& cursor, int index, const T& value) {
  if constexpr (requires {
                  value.has_value();
                  *value;
                }) {
    if (value) {
      bind_any(cursor, index, *value);
    } else {
      bind_null(cursor, index);
    }
  } else if constexpr (std::integral<T>) {
    static_assert(sizeof(T) < 8 || std::is_signed_v<T>, "SQLite stores signed 64-bit integers: cast the value");
    bind(cursor, index, static_cast<std::int64_t>(value));
  } else if constexpr (std::floating_point<T>) {
    bind(cursor, index, static_cast<double>(value));
  } else {
    bind(cursor, index, std::string_view{value});
  }
}

[[noreturn]] void throw_out_of_range(SqliteCursor&, int column);

template <class T>
void column_any(SqliteCursor& cursor, int index, T& into) {
  if constexpr (requires {
                  into.has_value();
                  into.emplace();
                }) {
    if (is_null(cursor, index)) {
      into.reset();
    } else {
      column_any(cursor, index, into.emplace());
    }
  } else if constexpr (std::same_as<T, bool>) {
    std::int64_t value = 0;
    column(cursor, index, value);
    into = value != 0;
  } else if constexpr (std::integral<T>) {
    std::int64_t value = 0;
    column(cursor, index, value);
    if (!std::in_range<T>(value)) throw_out_of_range(cursor, index);
    into = static_cast<T>(value);
  } else if constexpr (std::floating_point<T>) {
    double value = 0;
    column(cursor, index, value);
    into = static_cast<T>(value);
  } else {
    column(cursor, index, into);
  }
}

}  // namespace detail

/// Tables of projectors in a SQLite file: usually the events' own, so that one file holds everything.
///
///     struct HotProducts : leftfold::Projector<CartEvents> {
///       explicit HotProducts(leftfold::SqliteReadModel& d) : db{d} {}
///       leftfold::SqliteReadModel& read_model() { return db; }
///       void reset() {
///         db.execute("DROP TABLE IF EXISTS hot_products");
///         db.execute("CREATE TABLE hot_products(product TEXT PRIMARY KEY, quantity INTEGER)");
///       }
///       void on(const CartItemAdded& e) {
///         db.execute(
///             "INSERT INTO hot_products VALUES(?, ?) "
///             "ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
///             e.product_id, e.quantity);
///       }
///       leftfold::SqliteReadModel& db;
///     };
///
/// Opened at first use. Any thread: on the thread of a transaction its statements belong to it, elsewhere execute()
/// is a transaction of its own and query() sees what is committed. Must outlive the Runner.
///
/// Transactions are leftfold's: BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ATTACH, VACUUM and PRAGMA are refused, and so are
/// writes to leftfold's own tables (docs/format/sqlite.md), which may be read. On the thread of a transaction do not
/// append to the store of the same file: it is refused with Error(invalid_argument), as it would wait for the
/// transaction's end. Do not use it in a child made by fork().
class SqliteReadModel final : public ReadTables {
 public:
  /// Tables live in `file`; it is created when missing. ":memory:" gives tables that end with this object;
  /// there other threads' queries wait for the end of a transaction.
  explicit SqliteReadModel(std::string file, std::chrono::milliseconds lock_timeout = std::chrono::seconds{30});
  /// As above with the path asked for at first use: for programs that learn it from their command line.
  explicit SqliteReadModel(std::function<std::string()> file);
  ~SqliteReadModel() override;

  [[nodiscard]] std::unique_ptr<ReadModelTransaction> begin(std::string_view projector) override;
  [[nodiscard]] std::optional<Position> checkpoint(std::string_view projector) override;

  /// The shadow is a file of its own beside this one, "<file>.shadow-<projector>", until it is discarded. Not for
  /// ":memory:", nor on the thread of a transaction.
  [[nodiscard]] std::unique_ptr<ShadowTables> open_shadow(std::string_view projector) override;
  Position restore_kept(std::string_view projector) override;

  /// A table of ReadTables is one of this file, (key TEXT PRIMARY KEY, row TEXT), for SQL to read:
  /// SELECT key, json_extract(row, '$.quantity') FROM hot_products. Throw as ReadTables and as execute.
  [[nodiscard]] std::optional<std::string> find(std::string_view table, std::string_view key) override;
  void put(std::string_view table, std::string_view key, std::string_view row) override;
  void erase(std::string_view table, std::string_view key) override;
  void add(std::string_view table, std::string_view key, std::string_view member, std::int64_t amount) override;
  /// One that SQL made otherwise is dropped and made anew.
  void clear(std::string_view table) override;
  [[nodiscard]] std::vector<TableRow> list(std::string_view table, std::string_view after, std::size_t max) override;

  /// Runs one statement that returns no rows; `?` are the arguments: integers, doubles, texts, optionals of them.
  /// Returns the number of rows inserted, updated or deleted. Throws Error(invalid_argument) with SQLite's message and
  /// the statement; unavailable, storage_full, permission_denied, corrupt. A statement that failed changed nothing;
  /// after storage_full or unavailable the whole transaction may be undone, and what follows in it throws unavailable.
  template <class... Args>
  std::int64_t execute(std::string_view sql, const Args&... args) {
    const auto cursor = prepare(sql, true, static_cast<int>(sizeof...(Args)));
    int index = 0;
    (detail::bind_any(*cursor, ++index, args), ...);
    return run(*cursor);
  }

  /// Runs a query and returns its rows as plain structs, columns to fields in order. Throws like execute, and
  /// Error(invalid_argument) when the numbers of columns and fields differ or a value does not fit its field: no text
  /// for a number, no fraction for an integer, no NULL without std::optional.
  template <class Row, class... Args>
  [[nodiscard]] std::vector<Row> query(std::string_view sql, const Args&... args) {
    const auto cursor = prepare(sql, false, static_cast<int>(sizeof...(Args)));
    int index = 0;
    (detail::bind_any(*cursor, ++index, args), ...);
    if constexpr (std::is_aggregate_v<Row>) {
      expect_columns(*cursor, static_cast<int>(reflect::field_count<Row>()));
    } else {
      expect_columns(*cursor, 1);
    }
    std::vector<Row> rows;
    while (detail::step(*cursor)) {
      Row& row = rows.emplace_back();
      if constexpr (std::is_aggregate_v<Row>) {
        reflect::visit_fields(row, [&](auto&... fields) {
          int column = 0;
          (detail::column_any(*cursor, column++, fields), ...);
        });
      } else {
        detail::column_any(*cursor, 0, row);
      }
    }
    return rows;
  }

 private:
  class Impl;
  struct CursorDeleter {
    void operator()(detail::SqliteCursor* cursor) const noexcept;
  };
  using Cursor = std::unique_ptr<detail::SqliteCursor, CursorDeleter>;
  [[nodiscard]] bool has_table(std::string_view table);
  void need_table(std::string_view table);
  [[nodiscard]] Cursor prepare(std::string_view sql, bool write, int arguments);
  std::int64_t run(detail::SqliteCursor& cursor);
  static void expect_columns(detail::SqliteCursor& cursor, int fields);

  std::shared_ptr<Impl> impl_;
};

}  // namespace leftfold::inline v0
