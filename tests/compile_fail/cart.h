// SPDX-License-Identifier: Apache-2.0
// The correct program that the cases break in one place each.
#pragma once

#include <map>
#include <string>

#include <leftfold/aggregate_root.h>
#include <leftfold/json.h>
#include <leftfold/listener.h>
#include <leftfold/projector.h>

struct CartItemAdded {
  std::string product_id;
  int quantity = 1;
};
struct CartCheckedOut {};
using CartEvents = leftfold::Events<CartItemAdded, CartCheckedOut>;

struct CartState {
  std::map<std::string, int> items;
  bool checked_out = false;
  void apply(const CartItemAdded& e) { items[e.product_id] += e.quantity; }
  void apply(const CartCheckedOut&) { checked_out = true; }
};
