// SPDX-License-Identifier: Apache-2.0
// [quickstart]
#include <iostream>
#include <map>

#include <leftfold/leftfold.h>

struct CartItemAdded {  // events: plain structs, stored by their names
  std::string product_id;
  int quantity = 1;
};
struct CartCheckedOut {};
using CartEvents = leftfold::Events<CartItemAdded, CartCheckedOut>;

struct CartState {  // the left fold of the events
  int items = 0;
  void apply(const CartItemAdded& e) { items += e.quantity; }
  void apply(const CartCheckedOut&) { items = 0; }
};

struct Cart : leftfold::AggregateRoot<CartState, CartEvents> {  // the rules
  using AggregateRoot::AggregateRoot;
  void add_item(std::string product_id) { create_event(CartItemAdded{.product_id = std::move(product_id)}); }
  void check_out() {
    if (state().items == 0) throw leftfold::Error{leftfold::Errc::invalid_argument, id() + " is empty: add a product"};
    create_event(CartCheckedOut{});
  }
};

struct HotProducts : leftfold::Projector<CartEvents> {  // a table to read
  void on(const CartItemAdded& e) { sold[e.product_id] += e.quantity; }
  void reset() { sold.clear(); }
  std::map<std::string, int> sold;
};

struct SendReceipt : leftfold::Listener<CartEvents> {  // something done in the world
  void on(const CartCheckedOut&, const leftfold::EventMetadata& meta) {
    std::cout << "receipt for " << meta.aggregate_id << '\n';
  }
};

int main(int argc, char** argv) {
  leftfold::App app{"quickstart"};  // keeps its events in quickstart.db
  app.aggregate<Cart>();
  auto& hot = app.projector<HotProducts>();
  app.listener<SendReceipt>();
  app.command("buy", "CART PRODUCT...: put products in a cart and check out", [&](auto&, auto args, auto& stop) {
    const auto done = app.repository<Cart>().execute(args.empty() ? "cart-1" : args[0], [&](Cart& cart) {
      for (std::size_t i = 1; i < args.size(); ++i) cart.add_item(args[i]);
      cart.check_out();
    });
    const leftfold::Running handlers = app.start();
    if (!app.runner().wait_until_handled(done.position, stop, leftfold::kNever)) return 1;
    for (const auto& [product, n] : app.runner().read(hot, [](auto& table) { return table.sold; }))
      std::cout << n << ' ' << product << '\n';
    return 0;
  });
  return leftfold::cli::run(argc, argv, app);
}
// [/quickstart]
