// SPDX-License-Identifier: Apache-2.0
// Handlers in a shared library: what the shop's packing service does about carts, for any program that loads it.
//     lfold run --load ./libparcels.so --store sqlite:quickstart.db
// [library]
#include <iostream>
#include <map>
#include <string>

#include <leftfold/handler_library.h>
#include <leftfold/leftfold.h>

struct CartItemAdded {  // the events it knows, as they are stored
  std::string product_id;
  int quantity = 1;
};
struct CartCheckedOut {};
using CartEvents = leftfold::Events<CartItemAdded, CartCheckedOut>;

struct CartState {
  std::map<std::string, int> items;
  void apply(const CartItemAdded& e) { items[e.product_id] += e.quantity; }
  void apply(const CartCheckedOut&) {}
};
struct Cart : leftfold::AggregateRoot<CartState, CartEvents> {
  using AggregateRoot::AggregateRoot;
};

struct PackParcel : leftfold::Listener<CartEvents> {
  explicit PackParcel(leftfold::App& a) : app{a} {}
  void on(const CartCheckedOut&, const leftfold::EventMetadata& meta) {
    const Cart cart = app.repository<Cart>().load(meta.aggregate_id);
    std::cout << "parcel for " << meta.aggregate_id << ':';
    for (const auto& [product, quantity] : cart.state().items) std::cout << ' ' << quantity << ' ' << product;
    std::cout << std::endl;
  }
  leftfold::App& app;
};

extern "C" leftfold::HandlerLibrary leftfold_handlers() {
  return leftfold::handler_library("parcels", [](leftfold::App& app) {
    app.aggregate<Cart>();
    app.listener<PackParcel>(app);
  });
}
// [/library]
