// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <leftfold/repository.h>
#include <leftfold/sqlite.h>
#include <leftfold/version.h>

struct ItemAdded {
  int quantity = 1;
};
struct State {
  int items = 0;
  void apply(const ItemAdded& e) { items += e.quantity; }
};
struct Cart : leftfold::AggregateRoot<State, leftfold::Events<ItemAdded>> {
  using AggregateRoot::AggregateRoot;
  void add(int quantity) { create_event(ItemAdded{quantity}); }
};

// Puts things in a cart of the file named and says how many are in it.
int main(int, char** argv) {
  leftfold::SqliteStore store{{.file = argv[1]}};
  const leftfold::Repository<Cart> carts{store};
  carts.execute("cart-1", [](Cart& cart) { cart.add(2); });
  carts.execute("cart-1", [](Cart& cart) { cart.add(3); });
  std::cout << carts.load("cart-1").state().items << " items, leftfold " << leftfold::kVersion << '\n';
}
