// SPDX-License-Identifier: Apache-2.0
// What sells: a read table where the events are, exactly once, on any store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/projector.h>
#include <leftfold/read_table.h>

#include "shop/cart.h"

namespace shop {

// [projector]
struct HotProduct {
  std::int64_t quantity = 0;
};

/// Keeps hot_products: by product, how many of it are in carts, bought or not.
struct HotProducts : leftfold::Projector<CartEvents> {
  explicit HotProducts(leftfold::ReadTables& tables) : table{tables, "hot_products"} {}
  leftfold::ReadTables& read_model() { return table.tables(); }  // rows and checkpoint commit together

  void reset() { table.clear(); }
  void on(const CartItemAdded& e) { table.add(e.product_id, &HotProduct::quantity, e.quantity); }
  void on(const CartItemRemoved& e) { table.add(e.product_id, &HotProduct::quantity, -e.quantity); }

  leftfold::ReadTable<HotProduct> table;
};
// [/projector]

/// The table as it is now, by product. Throws as ReadTables.
[[nodiscard]] std::map<std::string, std::int64_t> hot_products(leftfold::ReadTables& tables);

/// The products that sell best, at most `most`, the best first. Throws as ReadTables.
[[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> top_products(leftfold::ReadTables& tables,
                                                                             std::size_t most);

/// Prints the ten that sell best. Throws as ReadTables.
void print_hot_products(leftfold::ReadTables& tables, std::ostream& out);

}  // namespace shop
