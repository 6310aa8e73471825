// SPDX-License-Identifier: Apache-2.0
#include "sqlite/schema_objects.h"

#include <map>

#include "sqlite/identifier.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {

std::vector<SchemaObject> user_objects(Connection& connection, std::string_view schema) {
  Statement list{connection, "SELECT type, name, tbl_name, sql FROM " + identifier(schema) +
                                 ".sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_' "
                                 "AND substr(tbl_name, 1, 9) <> 'leftfold_' ORDER BY CASE type WHEN 'table' THEN 0 "
                                 "WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, rowid"};
  std::vector<SchemaObject> all;
  while (list.step()) {
    all.push_back(
        {std::string{list.text(0)}, std::string{list.text(1)}, std::string{list.text(2)}, std::string{list.text(3)}});
  }
  return all;
}

TableShape shape_of(Connection& connection, std::string_view schema, std::string_view table) {
  TableShape shape;
  std::map<std::int64_t, std::string> key;
  std::string type;
  Statement columns{connection, "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?1, ?2) ORDER BY cid"};
  columns.bind(1, table);
  columns.bind(2, schema);
  while (columns.step()) {
    if (columns.integer(3) != 0) {
      shape.has_computed = true;
      continue;
    }
    shape.columns.emplace_back(columns.text(0));
    if (columns.integer(2) > 0) {
      key.emplace(columns.integer(2), columns.text(0));
      type = columns.text(1);
    }
  }
  for (auto& [place, name] : key) shape.key.push_back(std::move(name));
  Statement kind{connection, "SELECT wr, type FROM pragma_table_list(?1) WHERE schema = ?2"};
  kind.bind(1, table);
  kind.bind(2, schema);
  const ResetAtEnd reset{kind};
  if (kind.step()) {
    shape.has_rowid = kind.integer(0) == 0;
    shape.is_virtual = kind.text(1) == "virtual" || kind.text(1) == "shadow";
  }
  // SQLite compares the type's name without case; a key that says DESC has no such rule worth the exception.
  for (char& c : type) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  shape.key_is_rowid = shape.has_rowid && shape.key.size() == 1 && type == "INTEGER";
  return shape;
}

}  // namespace leftfold::inline v0::sqlite
