// SPDX-License-Identifier: Apache-2.0
// BestSellers: a table to read, made from events. Rows and how far it is are stored together: each event counts once.
#pragma once

#include <cstdint>

#include <leftfold/projector.h>
#include <leftfold/read_table.h>

#include "cart.h"

struct BestSeller {
  std::int64_t quantity = 0;
};

struct BestSellers : leftfold::Projector<CartEvents> {
  explicit BestSellers(leftfold::ReadTables& tables) : table{tables, "best_sellers"} {}
  leftfold::ReadTables& read_model() { return table.tables(); }

  void reset() { table.clear(); }
  void on(const ProductAdded& e) { table.add(e.product, &BestSeller::quantity, e.quantity); }

  leftfold::ReadTable<BestSeller> table;
};
