// SPDX-License-Identifier: Apache-2.0
// expect: a command returns nothing: on a repeated idempotency key it is not called at all
#include <leftfold/repository.h>

#include "cart.h"

class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;
};

void count(const leftfold::Repository<Cart>& carts, std::size_t& items) {
#ifdef GOOD
  carts.execute("cart-1", [&](Cart& cart) { items = cart.state().items.size(); });
#else
  items = carts.execute("cart-1", [](Cart& cart) { return cart.state().items.size(); }).events;
#endif
}
