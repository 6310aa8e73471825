// SPDX-License-Identifier: Apache-2.0
// The part of SqliteReadModel that is ReadTables: each table one of the file, of a key and a row of JSON.
#include <algorithm>
#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/sqlite_read_model.h>

#include "core/in_quotes.h"
#include "sqlite/identifier.h"

namespace leftfold::inline v0 {
namespace {

using detail::in_quotes;
using sqlite::identifier;

// What stands behind the name in each such table's SQL, as sqlite_schema keeps it.
constexpr std::string_view kShape = "(key TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID";

std::string create(std::string_view table) {
  return "CREATE TABLE IF NOT EXISTS " + identifier(table) + std::string{kShape};
}

std::string checked(std::string_view table) {
  validate_table(table);
  return identifier(table);
}

std::string checked(std::string_view table, std::string_view key) {
  validate_table(table);
  validate_row_key(table, key);
  return identifier(table);
}

}  // namespace

bool SqliteReadModel::has_table(std::string_view table) {
  const auto found = query<std::string>(
      "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE", table);
  if (found.empty()) return false;
  if (found.front().ends_with(kShape)) return true;
  throw Error{Errc::invalid_argument,
              "table " + in_quotes(table) +
                  " is there with other columns than the key and row of ReadTables: SQL made it, or an older program. "
                  "Choose another name, or replay its projector in place from the first event, which makes it anew"};
}

void SqliteReadModel::need_table(std::string_view table) {
  if (!has_table(table)) execute(create(table));
}

std::optional<std::string> SqliteReadModel::find(std::string_view table, std::string_view key) {
  const std::string name = checked(table, key);
  if (!has_table(table)) return std::nullopt;
  auto rows = query<std::string>("SELECT row FROM " + name + " WHERE key = ?", key);
  return rows.empty() ? std::nullopt : std::optional{std::move(rows.front())};
}

void SqliteReadModel::put(std::string_view table, std::string_view key, std::string_view row) {
  const std::string name = checked(table, key);
  validate_row(table, key, row);
  need_table(table);
  execute("INSERT INTO " + name + " VALUES(?, ?) ON CONFLICT DO UPDATE SET row = excluded.row", key, row);
}

void SqliteReadModel::erase(std::string_view table, std::string_view key) {
  const std::string name = checked(table, key);
  if (has_table(table)) execute("DELETE FROM " + name + " WHERE key = ?", key);
}

void SqliteReadModel::add(std::string_view table, std::string_view key, std::string_view member, std::int64_t amount) {
  const std::string name = checked(table, key);
  validate_row_member(table, member);
  need_table(table);
  const std::string path = "$.\"" + std::string{member} + "\"";
  const std::int64_t changed = execute(
      "INSERT INTO " + name +
          " VALUES(?1, json_object(?2, ?4)) ON CONFLICT DO UPDATE SET "
          "row = json_set(row, ?3, coalesce(json_extract(row, ?3), 0) + ?4) "
          "WHERE coalesce(json_type(row, ?3), 'integer') = 'integer' "
          "AND typeof(coalesce(json_extract(row, ?3), 0) + ?4) = 'integer'",  // SQLite makes a sum too large a REAL
      key, member, path, amount);
  if (changed > 0) return;
  throw Error{Errc::invalid_argument, "table " + in_quotes(table) + ", row " + in_quotes(key) + ": " +
                                          std::to_string(amount) + " cannot be added to " + in_quotes(member) +
                                          ": it is no whole number, or the sum is beyond 64 bits"};
}

void SqliteReadModel::clear(std::string_view table) {
  const std::string name = checked(table);
  const auto ours = query<std::int64_t>(
      "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE AND "
      "substr(sql, -length(?2)) = ?2",
      table, kShape);
  if (!ours.empty()) {
    execute("DELETE FROM " + name);  // keeps indexes that somebody made
  } else {
    execute("DROP TABLE IF EXISTS " + name);
    execute(create(table));
  }
}

std::vector<TableRow> SqliteReadModel::list(std::string_view table, std::string_view after, std::size_t max) {
  const std::string name = checked(table);
  if (!has_table(table)) return {};
  return query<TableRow>("SELECT key, row FROM " + name + " WHERE key > ? ORDER BY key LIMIT ?", after,
                         static_cast<std::int64_t>(std::min(max, kMaxRowsListed)));
}

}  // namespace leftfold::inline v0
