// What sells: a read table in the events' own file, exactly once.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/app.h>
#include <leftfold/projector.h>
#include <leftfold/sqlite_read_model.h>

#include "shop/cart.h"

namespace shop {

// [projector]
/// Keeps hot_products(product, quantity): how many of each product are in carts, bought or not.
struct HotProducts : leftfold::Projector<CartEvents> {
  explicit HotProducts(leftfold::SqliteReadModel& tables) : db{tables} {}
  leftfold::SqliteReadModel& read_model() { return db; }  // rows and checkpoint commit together

  void reset() {
    db.execute("DROP TABLE IF EXISTS hot_products");
    db.execute("CREATE TABLE hot_products(product TEXT PRIMARY KEY, quantity INTEGER NOT NULL) WITHOUT ROWID");
  }
  void on(const CartItemAdded& e) { add(e.product_id, e.quantity); }
  void on(const CartItemRemoved& e) { add(e.product_id, -e.quantity); }

  leftfold::SqliteReadModel& db;

 private:
  void add(const std::string& product, int quantity) {
    db.execute(
        "INSERT INTO hot_products VALUES(?, ?) ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
        product, quantity);
  }
};
// [/projector]

/// The table as it is now, by product. Throws as the read model.
[[nodiscard]] std::map<std::string, std::int64_t> hot_products(leftfold::App& app);

/// The products that sell best, at most `most`, the best first. Throws as hot_products().
[[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> top_products(leftfold::App& app, std::size_t most);

/// Prints the ten that sell best. Throws as hot_products().
void print_hot_products(leftfold::App& app, std::ostream& out);

}  // namespace shop
