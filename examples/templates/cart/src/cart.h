// SPDX-License-Identifier: Apache-2.0
// Cart: what happened to it, what that adds up to, and its rules.
#pragma once

#include <string>
#include <utility>

#include <leftfold/aggregate_root.h>
#include <leftfold/error.h>

// Events are stored by their names and fields: docs/guides/schema-evolution.md says how to change them.
struct ProductAdded {
  std::string product;
  int quantity = 1;
};
struct CartEmptied {};
struct CartBought {
  int items = 0;
};
using CartEvents = leftfold::Events<ProductAdded, CartEmptied, CartBought>;

struct CartState {
  int items = 0;
  bool bought = false;
  void apply(const ProductAdded& e) { items += e.quantity; }
  void apply(const CartEmptied&) { items = 0; }
  void apply(const CartBought&) { bought = true; }
};

/// A rule says no; nothing was changed. The command line shows it as an error of who typed it.
struct Refused : leftfold::Error {
  explicit Refused(const std::string& why) : Error{leftfold::Errc::invalid_argument, why} {}
};

class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;

  void add(std::string product, int quantity) {
    if (state().bought) throw Refused{id() + " is bought already"};
    if (quantity < 1) throw Refused{"a quantity is 1 or more"};
    create_event(ProductAdded{std::move(product), quantity});
  }
  void empty() {
    if (state().bought) throw Refused{id() + " is bought already"};
    if (state().items > 0) create_event(CartEmptied{});
  }
  void buy() {
    if (state().bought) return;
    if (state().items == 0) throw Refused{id() + " is empty"};
    create_event(CartBought{state().items});
  }
};
