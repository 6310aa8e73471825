// SPDX-License-Identifier: Apache-2.0
// Lets one generation of a projector's tables take the place of another, in a transaction of the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sqlite/connection.h"
#include "sqlite/schema_objects.h"

namespace leftfold::inline v0::sqlite {

/// The name under which the shadow's file is attached.
inline constexpr std::string_view kShadow = "shadow";

/// The checkpoint of a projector's tables in use, those of the file itself; empty when there are none.
[[nodiscard]] std::optional<Position> checkpoint_in_use(Connection& connection, std::string_view projector);

/// Tables that were put aside are renamed to "leftfold_kept/<projector>/<generation>/<table>", which costs nothing;
/// their indexes, triggers and views are dropped and their SQL is kept in `leftfold_kept`, so that the names are free.
/// Rows of leftfold_projections and leftfold_projection_versions go to the projector "#kept/<generation>/<name>".
/// One thread; the connection needs PRAGMA legacy_alter_table, so that views and triggers of others keep the name.
class KeptTables {
 public:
  KeptTables(Connection& connection, std::string_view projector);

  /// The shadow's tables, copied, take the place of those in use. Throws Error(unsupported) for virtual tables, and
  /// invalid_argument for one that would take the place of a table of the store's.
  void replace_by_shadow();
  /// Those kept last take it. Throws Error(not_found) when none are kept.
  void restore();

 private:
  [[nodiscard]] std::string kept_name(std::int64_t generation, std::string_view table) const;
  [[nodiscard]] std::int64_t last_generation();
  [[nodiscard]] std::vector<SchemaObject> kept(std::int64_t generation);
  // As SQLite tells names apart: without regard to case.
  struct NameLess {
    bool operator()(const std::string& a, const std::string& b) const noexcept {
      return sqlite3_stricmp(a.c_str(), b.c_str()) < 0;
    }
  };
  using TableNames = std::set<std::string, NameLess>;

  void put_aside(const TableNames& names, std::int64_t generation);
  void put_back(const std::vector<SchemaObject>& objects, std::int64_t generation);
  void drop(std::int64_t generation);
  void forget(std::int64_t generation);
  void copy_rows(const std::string& table);
  void count_change(std::int64_t kept_generation);
  void run(const std::string& sql) { connection_.execute(sql.c_str()); }
  void run(const std::string& sql, std::string_view first, std::string_view second);

  Connection& connection_;
  const std::string projector_;
};

}  // namespace leftfold::inline v0::sqlite
