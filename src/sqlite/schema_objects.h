// SPDX-License-Identifier: Apache-2.0
// What a user's SQL made in a file: tables, indexes, triggers, views.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sqlite/connection.h"

namespace leftfold::inline v0::sqlite {

struct SchemaObject {
  std::string type;  // "table", "index", "trigger" or "view"
  std::string name;
  std::string table;  // it belongs to; its own name for a table and a view
  std::string sql;    // that makes it
};

/// Those of a schema ("main", or a name given to ATTACH) that are not SQLite's or leftfold's own; tables first, then
/// indexes, views and triggers, which may be a view's. Throws Error(unavailable, corrupt).
[[nodiscard]] std::vector<SchemaObject> user_objects(Connection& connection, std::string_view schema);

struct TableShape {
  std::vector<std::string> columns;  // without those that are computed
  bool has_computed = false;
  std::vector<std::string> key;  // the primary key; empty: none
  bool has_rowid = true;
  bool key_is_rowid = false;  // INTEGER PRIMARY KEY
  bool is_virtual = false;
};
[[nodiscard]] TableShape shape_of(Connection& connection, std::string_view schema, std::string_view table);

}  // namespace leftfold::inline v0::sqlite
