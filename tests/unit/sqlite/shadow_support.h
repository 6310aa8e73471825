// SPDX-License-Identifier: Apache-2.0
// Projectors with tables in a SqliteReadModel, and the store they are replayed from.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <leftfold/projector.h>
#include <leftfold/replay.h>
#include <leftfold/runner.h>
#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>
#include <leftfold/testing/run_until_idle.h>

#include "support/temporary_folder.h"

namespace leftfold::shadow_test {

struct Sold {
  int product = 0;
  int quantity = 1;
};
using SaleEvents = Events<Sold>;

struct Row {
  int product = 0;
  int quantity = 0;
  bool operator==(const Row&) const = default;
};

// `factor` stands for another version of the program.
struct Sales : Projector<SaleEvents> {
  explicit Sales(SqliteReadModel& d, int f = 1) : db{d}, factor{f} {}
  SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS sales");
    db.execute("CREATE TABLE sales(product INTEGER PRIMARY KEY, quantity INTEGER NOT NULL)");
    db.execute("CREATE INDEX sales_by_quantity ON sales(quantity)");
  }
  void on(const Sold& e) {
    db.execute("INSERT INTO sales VALUES(?, ?) ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
               e.product, e.quantity * factor);
  }
  SqliteReadModel& db;
  int factor;
};

// A later version with other tables.
struct RicherSales : Projector<SaleEvents> {
  static constexpr std::string_view handler_name = "Sales";
  explicit RicherSales(SqliteReadModel& d) : db{d} {}
  SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP VIEW IF EXISTS best");
    db.execute("DROP TABLE IF EXISTS log");
    db.execute("DROP TABLE IF EXISTS sales");
    db.execute(
        "CREATE TABLE sales(product INTEGER, quantity INTEGER NOT NULL, times INTEGER NOT NULL, "
        "twice INTEGER AS (quantity * 2), PRIMARY KEY(product)) WITHOUT ROWID");
    db.execute("CREATE TABLE log(id INTEGER PRIMARY KEY AUTOINCREMENT, product INTEGER)");
    db.execute("CREATE VIEW best AS SELECT product FROM sales ORDER BY quantity DESC LIMIT 1");
    db.execute("CREATE TRIGGER noted AFTER INSERT ON sales BEGIN INSERT INTO log(product) VALUES(new.product); END");
  }
  void on(const Sold& e) {
    db.execute(
        "INSERT INTO sales(product, quantity, times) VALUES(?, ?, 1) "
        "ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity, times = times + 1",
        e.product, e.quantity);
  }
  SqliteReadModel& db;
};

// No key, no table of its own making at reset() but for IF NOT EXISTS.
struct SalesLog : Projector<SaleEvents> {
  explicit SalesLog(SqliteReadModel& d) : db{d} {}
  SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("CREATE TABLE IF NOT EXISTS sales_log(product INTEGER, \"group\" TEXT)");
    db.execute("DELETE FROM sales_log");
  }
  void on(const Sold& e) {
    db.execute("INSERT INTO sales_log VALUES(?, ?)", e.product, "g" + std::to_string(e.product % 2));
  }
  SqliteReadModel& db;
};

class ShadowOfATable : public ::testing::Test {
 protected:
  [[nodiscard]] std::string file() const { return (folder_.path() / "events.db").string(); }
  void sell(int product, int quantity = 1) {
    AppendRequest request;
    request.aggregate_id = "product-" + std::to_string(product);
    request.expected = versions_[product];
    request.events.push_back(
        {Uuid::v7(system_clock().now()),
         "Sold",
         "{\"product\":" + std::to_string(product) + ",\"quantity\":" + std::to_string(quantity) + "}",
         {},
         1});
    versions_[product] = std::get<Appended>(store.append(request)).version;
  }
  void sell_many(int events) {
    for (int n = 0; n < events; ++n) sell(n % 7, n % 5);
  }
  template <class P>
  void handle(P& projector) {
    Runner runner{store};
    runner.add(projector);
    testing::run_until_idle(runner, store);
  }
  [[nodiscard]] std::vector<Row> rows() { return model.query<Row>("SELECT product, quantity FROM sales ORDER BY 1"); }
  [[nodiscard]] bool shadow_left() const { return std::filesystem::exists(file() + ".shadow-Sales"); }

  test_support::TemporaryFolder folder_;
  std::map<int, Version> versions_;
  SqliteStore store{{.file = file()}};
  SqliteReadModel model{file()};
};

inline ReplayOptions into_shadow() {
  ReplayOptions options;
  options.into = ReplayInto::shadow;
  options.batch = 10;
  return options;
}

}  // namespace leftfold::shadow_test
