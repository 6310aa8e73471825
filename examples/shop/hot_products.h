// What sells: a read table beside the events, exactly once, on every store.
#pragma once

#include <cstdint>

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

}  // namespace shop
