// SPDX-License-Identifier: Apache-2.0
// The cart that the core tests share.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include <leftfold/aggregate_root.h>

namespace cart_tests {

// [cart]
struct CartItemAdded {
  std::string product_id;
  int quantity = 1;
};
struct CartItemRemoved {
  std::string product_id;
};
struct CartCheckedOut {};
using CartEvents = leftfold::Events<CartItemAdded, CartItemRemoved, CartCheckedOut>;

struct CartState {
  std::map<std::string, int> items;
  bool checked_out = false;
  void apply(const CartItemAdded& e) { items[e.product_id] += e.quantity; }
  void apply(const CartItemRemoved& e) { items.erase(e.product_id); }
  void apply(const CartCheckedOut&) { checked_out = true; }
};
// [/cart]

struct CartIsClosed : std::logic_error {
  CartIsClosed() : logic_error{"the cart is checked out"} {}
};

class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void add_item(std::string product_id, int quantity) {
    if (state().checked_out) throw CartIsClosed{};
    create_event(CartItemAdded{std::move(product_id), quantity});
  }
  void remove_item(std::string product_id) {
    if (state().items.contains(product_id)) create_event(CartItemRemoved{std::move(product_id)});
  }
  void check_out() {
    if (state().checked_out) throw CartIsClosed{};
    create_event(CartCheckedOut{});
  }
};

}  // namespace cart_tests
