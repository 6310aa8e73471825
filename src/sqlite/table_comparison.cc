// SPDX-License-Identifier: Apache-2.0
#include "sqlite/table_comparison.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/joined.h"
#include "sqlite/identifier.h"
#include "sqlite/kept_tables.h"
#include "sqlite/schema_objects.h"
#include "sqlite/statement.h"

namespace leftfold::inline v0::sqlite {
namespace {

/// The SQL of one table's comparison; `a` is in use, `b` the shadow.
class TableSql {
 public:
  TableSql(const std::string& table, const TableShape& shape)
      : live_{"main." + identifier(table) + " a"},
        shadow_{identifier(kShadow) + "." + identifier(table) + " b"},
        shape_{shape} {}

  [[nodiscard]] bool has_key() const { return !shape_.key.empty(); }
  [[nodiscard]] std::string changed() const {
    return "SELECT " + key("a") + ", " + row("a") + ", " + row("b") + " FROM " + live_ + " JOIN " + shadow_ + " ON " +
           same_key() + " WHERE " + row("a") + " <> " + row("b");
  }
  [[nodiscard]] std::string only_live() const {
    return "SELECT " + key("a") + ", " + row("a") + ", '' FROM " + live_ + " WHERE NOT EXISTS (SELECT 1 FROM " +
           shadow_ + " WHERE " + same_key() + ")";
  }
  [[nodiscard]] std::string only_shadow() const {
    return "SELECT " + key("b") + ", '', " + row("b") + " FROM " + shadow_ + " WHERE NOT EXISTS (SELECT 1 FROM " +
           live_ + " WHERE " + same_key() + ")";
  }
  // Without a key: rows by content, and how many there are of each.
  [[nodiscard]] std::string more_live() const {
    return "SELECT n || ' of it', r, '' FROM (" + counted("a", live_) + " EXCEPT " + counted("b", shadow_) + ")";
  }
  [[nodiscard]] std::string more_shadow() const {
    return "SELECT n || ' of it', '', r FROM (" + counted("b", shadow_) + " EXCEPT " + counted("a", live_) + ")";
  }

 private:
  [[nodiscard]] static std::string column(const std::string& side, const std::string& name) {
    return side + "." + identifier(name);
  }
  [[nodiscard]] std::string key(const std::string& side) const {
    std::string text;
    for (const std::string& name : shape_.key)
      text.append(text.empty() ? "" : " || ', ' || ").append("quote(" + column(side, name) + ")");
    return text;
  }
  // Type and content of every value: quote() tells 1 from '1' and from 1.0.
  [[nodiscard]] std::string row(const std::string& side) const {
    std::string text;
    for (const std::string& name : shape_.columns)
      text.append(text.empty() ? "" : " || ', ' || ").append("quote(" + column(side, name) + ")");
    return "(" + text + ")";
  }
  [[nodiscard]] std::string same_key() const {
    std::string text;
    for (const std::string& name : shape_.key)
      text.append(text.empty() ? "" : " AND ").append(column("a", name) + " IS " + column("b", name));
    return text;
  }
  [[nodiscard]] std::string counted(const std::string& side, const std::string& from) const {
    return "SELECT " + row(side) + " AS r, count(*) AS n FROM " + from + " GROUP BY 1";
  }

  const std::string live_;
  const std::string shadow_;
  const TableShape& shape_;
};

class Comparison {
 public:
  Comparison(Connection& connection, std::size_t most) : connection_{connection}, most_{most} {}

  void table(const std::string& name) {
    found_.tables.push_back(name);
    const TableShape shape = shape_of(connection_, kShadow, name);
    const TableShape live = shape_of(connection_, "main", name);
    if (live.columns != shape.columns || live.key != shape.key) {
      different({name, "columns", base::joined(live.columns), base::joined(shape.columns)});
      return;
    }
    found_.rows += static_cast<std::uint64_t>(connection_.integer("SELECT count(*) FROM main." + identifier(name)));
    const TableSql sql{name, shape};
    if (sql.has_key()) {
      for (const std::string& query : {sql.changed(), sql.only_live(), sql.only_shadow()}) rows(name, query);
    } else {
      for (const std::string& query : {sql.more_live(), sql.more_shadow()}) rows(name, query);
    }
  }
  [[nodiscard]] TableComparison take() { return std::move(found_); }

 private:
  void rows(const std::string& table, const std::string& query) {
    Statement statement{connection_, query};
    while (statement.step()) {
      different(
          {table, std::string{statement.text(0)}, std::string{statement.text(1)}, std::string{statement.text(2)}});
    }
  }
  void different(TableDifference difference) {
    ++found_.different;
    if (found_.first.size() < most_) found_.first.push_back(std::move(difference));
  }

  Connection& connection_;
  const std::size_t most_;
  TableComparison found_;
};

}  // namespace

TableComparison compare_tables(Connection& connection, std::size_t most) {
  Comparison comparison{connection, most};
  for (const SchemaObject& object : user_objects(connection, kShadow)) {
    if (object.type == "table") comparison.table(object.name);
  }
  return comparison.take();
}

}  // namespace leftfold::inline v0::sqlite
