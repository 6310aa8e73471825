// SPDX-License-Identifier: Apache-2.0
// The cart: its events, its state, its rules.
#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include <leftfold/aggregate_root.h>

namespace shop {

// [events]
struct CartItemAdded {
  std::string product_id;
  int quantity = 1;
};
struct CartItemRemoved {
  std::string product_id;
  int quantity = 1;
};
struct CartCheckedOut {
  int items = 0;  // how many were bought, for the receipt
};
using CartEvents = leftfold::Events<CartItemAdded, CartItemRemoved, CartCheckedOut>;
// [/events]

// [state]
struct CartState {
  std::map<std::string, int> items;  // product -> quantity, never 0
  int quantity = 0;                  // sum of items
  bool checked_out = false;

  void apply(const CartItemAdded& e) {
    items[e.product_id] += e.quantity;
    quantity += e.quantity;
  }
  void apply(const CartItemRemoved& e) {
    if ((items[e.product_id] -= e.quantity) <= 0) items.erase(e.product_id);
    quantity -= e.quantity;
  }
  void apply(const CartCheckedOut&) { checked_out = true; }
};
// [/state]

/// A rule of the cart says no; nothing was changed.
struct CartRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// [aggregate]
class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  static constexpr std::size_t kMostProducts = 10;

  /// Throws CartRefused for a quantity below 1, an eleventh product, or a cart that is checked out.
  void add_item(std::string product_id, int quantity) {
    expect_open();
    if (quantity < 1) throw CartRefused{"a quantity is 1 or more"};
    if (state().items.size() >= kMostProducts && !state().items.contains(product_id)) {
      throw CartRefused{"cart " + id() + " is full: it holds 10 products"};
    }
    create_event(CartItemAdded{std::move(product_id), quantity});
  }

  /// Throws CartRefused when the cart holds fewer than that, or is checked out.
  void remove_item(std::string product_id, int quantity) {
    expect_open();
    const auto found = state().items.find(product_id);
    if (quantity < 1 || found == state().items.end() || found->second < quantity) {
      throw CartRefused{"cart " + id() + " does not hold " + std::to_string(quantity) + " of " + product_id};
    }
    create_event(CartItemRemoved{std::move(product_id), quantity});
  }

  /// Throws CartRefused when the cart is empty. A second check-out changes nothing.
  void check_out() {
    if (state().checked_out) return;
    if (state().quantity == 0) throw CartRefused{"cart " + id() + " is empty"};
    create_event(CartCheckedOut{state().quantity});
  }

 private:
  void expect_open() const {
    if (state().checked_out) throw CartRefused{"cart " + id() + " is checked out"};
  }
};
// [/aggregate]

}  // namespace shop
