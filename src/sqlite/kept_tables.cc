// SPDX-License-Identifier: Apache-2.0
#include "sqlite/kept_tables.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "sqlite/identifier.h"
#include "sqlite/schema.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {
namespace {

constexpr const char* kKeptTable = R"sql(
CREATE TABLE IF NOT EXISTS leftfold_kept(
  projector  TEXT NOT NULL CHECK (projector <> ''),
  generation INTEGER NOT NULL,
  type       TEXT NOT NULL,
  name       TEXT NOT NULL,
  "table"    TEXT NOT NULL,
  sql        TEXT NOT NULL,
  PRIMARY KEY (projector, generation, type, name)
) STRICT, WITHOUT ROWID;
)sql";

// There was nothing of the name before: what is there now goes when the tables are put back.
constexpr std::string_view kAbsent = "absent";

// The rows of a projector, as conditions on an expression `row`: its own, those of partitions ("name/1"), and
// leftfold's beside them ("name#..."). Another projector may be named "name/other".
std::string is_partition(const std::string& row, const std::string& name) {
  return "(substr(" + row + ", 1, length(" + name + ") + 1) = " + name + " || '/' AND substr(" + row + ", length(" +
         name + ") + 2) NOT GLOB '*[^0-9]*')";
}
std::string is_its(const std::string& row, const std::string& name) {
  return "(" + row + " = " + name + " OR substr(" + row + ", 1, length(" + name + ") + 1) = " + name + " || '#' OR " +
         is_partition(row, name) + ")";
}

/// The tables in which leftfold has rows of projectors.
constexpr const char* kProjectorTables[] = {"leftfold_projections", "leftfold_projection_versions"};

/// What the rows of tables that were put aside have in front of their projector's name.
std::string kept_prefix(std::int64_t generation) { return "#kept/" + std::to_string(generation) + "/"; }

bool same_name(const std::string& a, const std::string& b) { return sqlite3_stricmp(a.c_str(), b.c_str()) == 0; }

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + identifier(name);
  return text;
}

// A name for the rowid that no column has.
std::string rowid_of(const TableShape& shape) {
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    const auto same = [name](const std::string& column) { return same_name(column, name); };
    if (std::none_of(shape.columns.begin(), shape.columns.end(), same)) return name;
  }
  return {};
}

}  // namespace

std::optional<Position> checkpoint_in_use(Connection& connection, std::string_view projector) {
  Statement find{connection, "SELECT checkpoint FROM main.leftfold_projections WHERE projector = ?1"};
  find.bind(1, projector);
  const ResetAtEnd reset{find};
  return find.step() ? std::optional{Position{find.integer(0)}} : std::nullopt;
}

KeptTables::KeptTables(Connection& connection, std::string_view projector)
    : connection_{connection}, projector_{projector} {
  connection_.execute(kKeptTable);
}

void KeptTables::run(const std::string& sql, std::string_view first, std::string_view second) {
  Statement statement{connection_, sql};
  statement.bind(1, first);
  statement.bind(2, second);
  statement.run();
}

std::string KeptTables::kept_name(std::int64_t generation, std::string_view table) const {
  return identifier("leftfold_kept/" + projector_ + "/" + std::to_string(generation) + "/" + std::string{table});
}

std::int64_t KeptTables::last_generation() {
  Statement find{connection_, "SELECT max(generation) FROM leftfold_kept WHERE projector = ?1"};
  find.bind(1, projector_);
  const ResetAtEnd reset{find};
  return find.step() ? find.integer(0) : 0;
}

std::vector<SchemaObject> KeptTables::kept(std::int64_t generation) {
  Statement find{connection_,
                 "SELECT type, name, \"table\", sql FROM leftfold_kept WHERE projector = ?1 AND generation = ?2 "
                 "ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'trigger' THEN 3 ELSE 2 END, name"};
  find.bind(1, projector_);
  find.bind(2, generation);
  std::vector<SchemaObject> all;
  while (find.step()) {
    all.push_back(
        {std::string{find.text(0)}, std::string{find.text(1)}, std::string{find.text(2)}, std::string{find.text(3)}});
  }
  return all;
}

void KeptTables::replace_by_shadow() {
  const std::vector<SchemaObject> fresh = user_objects(connection_, kShadow);
  const bool beside_events = is_store(connection_);
  TableNames names;
  for (const SchemaObject& object : fresh) {
    if (object.type != "table" && object.type != "view") continue;
    if (beside_events && is_store_table(object.name)) {
      throw Error{Errc::invalid_argument, std::string{connection_.file()} + ": projector " + projector_ + " makes a " +
                                              object.type + " " + object.name +
                                              ", which is the name of a table of the events in this file; choose "
                                              "another name, then replay again"};
    }
    if (object.type == "table" && shape_of(connection_, kShadow, object.name).is_virtual) {
      throw Error{Errc::unsupported, std::string{connection_.file()} + ": table " + object.name + " of projector " +
                                         projector_ + " is a virtual table, which cannot be swapped; replay in place"};
    }
    names.insert(object.name);
  }
  const std::int64_t before = last_generation();
  const std::int64_t aside = before + 1;
  put_aside(names, aside);
  drop(before);
  for (const SchemaObject& object : fresh) {
    run(object.sql);
    if (object.type == "table") copy_rows(object.name);
  }
  // An index that somebody made by hand on a table of the projector goes on.
  for (const SchemaObject& object : kept(aside)) {
    const bool known = std::any_of(fresh.begin(), fresh.end(), [&](const SchemaObject& each) {
      return each.type == "index" && same_name(each.name, object.name);
    });
    if (object.type == "index" && !known) run(object.sql);
  }
  for (const char* table : kProjectorTables) {
    Statement copy{connection_, std::string{"INSERT INTO main."} + table + " SELECT * FROM " + identifier(kShadow) +
                                    "." + table + " WHERE " + is_its("projector", "?1")};
    copy.bind(1, projector_);
    copy.run();
  }
  count_change(aside);
}

void KeptTables::restore() {
  const std::int64_t before = last_generation();
  const std::vector<SchemaObject> objects = kept(before);
  if (objects.empty()) {
    throw Error{Errc::not_found, std::string{connection_.file()} + ": no earlier tables of projector " + projector_ +
                                     " are kept; they are since a swap, until the next one"};
  }
  TableNames names;
  for (const SchemaObject& object : objects) {
    if (object.type == "table" || object.type == "view" || object.type == kAbsent) names.insert(object.name);
  }
  const std::int64_t aside = before + 1;
  put_aside(names, aside);
  put_back(objects, before);
  count_change(aside);
}

void KeptTables::put_aside(const TableNames& names, std::int64_t generation) {
  std::vector<SchemaObject> objects = user_objects(connection_, "main");
  std::erase_if(objects, [&](const SchemaObject& each) { return !names.contains(each.table); });
  TableNames absent = names;
  Statement keep{connection_, "INSERT INTO leftfold_kept VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};
  const auto note = [&](std::string_view type, std::string_view name, std::string_view table, std::string_view sql) {
    keep.bind(1, projector_);
    keep.bind(2, generation);
    keep.bind(3, type);
    keep.bind(4, name);
    keep.bind(5, table);
    keep.bind(6, sql);
    keep.run();
  };
  for (const SchemaObject& each : objects) {
    note(each.type, each.name, each.table, each.sql);
    absent.erase(each.name);
  }
  for (const std::string& name : absent) note(kAbsent, name, name, "");
  for (auto each = objects.rbegin(); each != objects.rend(); ++each) {  // a view takes its triggers with it
    if (each->type != "table") run("DROP " + each->type + " main." + identifier(each->name));
  }
  for (const SchemaObject& each : objects) {
    if (each.type == "table")
      run("ALTER TABLE main." + identifier(each.name) + " RENAME TO " + kept_name(generation, each.name));
  }
  const std::string prefix = kept_prefix(generation);
  for (const char* table : kProjectorTables) {
    run(std::string{"UPDATE main."} + table + " SET projector = ?2 || projector WHERE " + is_its("projector", "?1"),
        projector_, prefix);
  }
}

void KeptTables::put_back(const std::vector<SchemaObject>& objects, std::int64_t generation) {
  for (const SchemaObject& each : objects) {
    if (each.type == "table") {
      run("ALTER TABLE main." + kept_name(generation, each.name) + " RENAME TO " + identifier(each.name));
    } else if (each.type != kAbsent) {
      run(each.sql);
    }
  }
  const std::string prefix = kept_prefix(generation);
  for (const char* table : kProjectorTables) {
    run(std::string{"UPDATE main."} + table +
            " SET projector = substr(projector, length(?2) + 1) WHERE substr(projector, 1, length(?2)) = ?2 AND " +
            is_its("substr(projector, length(?2) + 1)", "?1"),
        projector_, prefix);
  }
  forget(generation);
}

void KeptTables::forget(std::int64_t generation) {
  Statement forget{connection_, "DELETE FROM leftfold_kept WHERE projector = ?1 AND generation = ?2"};
  forget.bind(1, projector_);
  forget.bind(2, generation);
  forget.run();
}

// What the swap before kept.
void KeptTables::drop(std::int64_t generation) {
  for (const SchemaObject& each : kept(generation)) {
    if (each.type == "table") run("DROP TABLE main." + kept_name(generation, each.name));
  }
  const std::string prefix = kept_prefix(generation);
  for (const char* table : kProjectorTables) {
    run(std::string{"DELETE FROM main."} + table + " WHERE " + is_its("projector", "(?2 || ?1)"), projector_, prefix);
  }
  forget(generation);
}

void KeptTables::copy_rows(const std::string& table) {
  const TableShape shape = shape_of(connection_, kShadow, table);
  const std::string from = " FROM " + identifier(kShadow) + "." + identifier(table);
  Statement indexes{connection_, "SELECT count(*) FROM pragma_index_list(?1, 'main')"};
  indexes.bind(1, table);
  const bool has_index = indexes.step() && indexes.integer(0) > 0;  // of its keys; others come later
  indexes.reset();
  if (!shape.has_computed && (!shape.has_rowid || shape.key_is_rowid || has_index)) {
    // SQLite copies such a table record by record, each index in its own order, and rowids as they are (its "transfer
    // optimization"): a million rows in 1.3 s where the same with a list of columns took 23 s.
    run("INSERT INTO main." + identifier(table) + " SELECT *" + from);
  } else {
    std::string columns = list(shape.columns);
    if (shape.has_rowid && !shape.key_is_rowid) {
      if (const std::string rowid = rowid_of(shape); !rowid.empty()) columns = rowid + ", " + columns;
    }
    run("INSERT INTO main." + identifier(table) + "(" + columns + ") SELECT " + columns + from);
  }
  // Numbers that AUTOINCREMENT gave away are not given again, though their rows are gone.
  for (const std::string& schema : {std::string{"main"}, identifier(kShadow)}) {
    if (connection_.integer("SELECT count(*) FROM " + schema + ".sqlite_schema WHERE name = 'sqlite_sequence'") == 0)
      return;
  }
  const std::string its = " WHERE name = ?1";
  for (const std::string& change :
       {"DELETE FROM main.sqlite_sequence" + its,
        "INSERT INTO main.sqlite_sequence SELECT * FROM " + identifier(kShadow) + ".sqlite_sequence" + its}) {
    Statement statement{connection_, change};
    statement.bind(1, table);
    statement.run();
  }
}

// Whoever handles the projector looks at the tables anew, although the checkpoint may be where it was: the count of
// changes beside each partition's checkpoint is one it never had.
void KeptTables::count_change(std::int64_t kept_generation) {
  const std::string prefix = kept_prefix(kept_generation);
  run(std::string{"INSERT INTO main.leftfold_projection_versions(projector, aggregate, version) "} +
          "SELECT p.projector, '', 1 + max("
          "coalesce((SELECT version FROM main.leftfold_projection_versions WHERE projector = p.projector "
          "AND aggregate = ''), 0), "
          "coalesce((SELECT version FROM main.leftfold_projection_versions WHERE projector = ?2 || p.projector "
          "AND aggregate = ''), 0)) "
          "FROM main.leftfold_projections p WHERE p.projector = ?1 OR " +
          is_partition("p.projector", "?1") + " ON CONFLICT DO UPDATE SET version = excluded.version",
      projector_, prefix);
}

}  // namespace leftfold::inline v0::sqlite
