// SPDX-License-Identifier: Apache-2.0
// expect: items
// expect: const
#include "cart.h"

class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void add_apple() {
#ifdef GOOD
    create_event(CartItemAdded{"apple", 3});
#else
    state().items["apple"] = 3;
#endif
  }
};

int main() { Cart{"cart-1"}.add_apple(); }
