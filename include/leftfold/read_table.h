// SPDX-License-Identifier: Apache-2.0
// A read table whose rows are plain structs.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/json.h>
#include <leftfold/json/storable.h>
#include <leftfold/read_tables.h>
#include <leftfold/reflect.h>

namespace leftfold::inline v0 {

/// A table of ReadTables with rows of one type:
///
///     struct HotProduct {
///       std::int64_t quantity = 0;
///     };
///     leftfold::ReadTable<HotProduct> hot{tables, "hot_products"};
///     hot.add("apple", &HotProduct::quantity, 3);
///     for (const auto& [product, row] : hot.rows()) std::cout << product << ' ' << row.quantity << '\n';
///
/// Rows are JSON by their members' names: a member that a stored row lacks has its default, one that Row lacks is
/// passed over, and gone once the row is put. Functions throw as those of ReadTables; nothing is changed then.
/// Any thread. The tables must outlive it.
template <class Row>
class ReadTable {
  static_assert(json::Storable<Row>, "leftfold: a row is a plain struct that can be stored as JSON");

 public:
  /// A row under its key.
  struct Entry {
    std::string key;
    Row row;
  };

  /// Throws Error(invalid_argument) for a name that validate_table() refuses and for a member that
  /// validate_row_member() refuses; touches no table.
  ReadTable(ReadTables& tables, std::string name) : tables_{tables}, name_{std::move(name)} {
    validate_table(name_);
    for (const std::string_view member : reflect::field_names<Row>()) validate_row_member(name_, member);
  }

  [[nodiscard]] ReadTables& tables() const noexcept { return tables_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// The row, or nothing. Throws JsonError for one that is no Row.
  [[nodiscard]] std::optional<Row> find(std::string_view key) const {
    const std::optional<std::string> row = tables_.find(name_, key);
    if (!row) return std::nullopt;
    return from_json<Row>(*row);
  }
  /// Stores the row, whatever was there. Throws JsonError for what JSON cannot hold.
  void put(std::string_view key, const Row& row) const { tables_.put(name_, key, to_json(row)); }
  /// Changes the row by calling change(Row&); one that is missing begins as Row{}. For handlers, in a transaction:
  /// elsewhere another's change between reading and writing is lost. Throws what `change` throws, and JsonError.
  template <std::invocable<Row&> Change>
  void update(std::string_view key, Change&& change) const {
    Row row = find(key).value_or(Row{});
    std::forward<Change>(change)(row);
    put(key, row);
  }
  /// Adds to a whole number, without reading the row: the fastest change on a store across a network. A row that is
  /// missing is made; in it this member begins at 0, so its default must be 0: else Error(invalid_argument).
  template <class Member>
    requires json::detail::Integer<Member>
  void add(std::string_view key, Member Row::* member, std::int64_t amount) const {
    tables_.add(name_, key, name_of(member), amount);
  }
  void erase(std::string_view key) const { tables_.erase(name_, key); }
  /// Takes all rows away.
  void clear() const { tables_.clear(name_); }

  /// The rows with keys above `after`, by key, at most `max`: pass the last key to go on. Throws JsonError for one that
  /// is no Row.
  [[nodiscard]] std::vector<Entry> rows(std::string_view after = {}, std::size_t max = kMaxRowsListed) const {
    std::vector<Entry> entries;
    for (TableRow& row : tables_.list(name_, after, max)) {
      entries.push_back({std::move(row.key), from_json<Row>(row.row)});
    }
    return entries;
  }

 private:
  template <class Member>
  std::string_view name_of(Member Row::* member) const {
    static constexpr std::array<std::string_view, reflect::field_count<Row>()> kNames = reflect::field_names<Row>();
    Row fresh{};
    const void* const wanted = &(fresh.*member);
    std::size_t at = 0;
    std::size_t index = 0;
    reflect::visit_fields(fresh, [&](auto&... fields) {
      ((at = static_cast<const void*>(&fields) == wanted ? index : at, ++index), ...);
    });
    if (fresh.*member != Member{}) {
      throw Error{Errc::invalid_argument,
                  "table " + name_ + ": add() counts " + std::string{kNames[at]} +
                      " from 0, but its default is another; give it the default 0, or update()"};
    }
    return kNames[at];
  }

  ReadTables& tables_;
  const std::string name_;
};

}  // namespace leftfold::inline v0
