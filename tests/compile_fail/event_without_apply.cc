// SPDX-License-Identifier: Apache-2.0
// expect: the state needs `void apply(const E&)` for every event in its list
// expect: CartCheckedOut
#include "cart.h"

struct Incomplete {
  void apply(const CartItemAdded&) {}
#ifdef GOOD
  void apply(const CartCheckedOut&) {}
#endif
};

class Cart : public leftfold::AggregateRoot<Incomplete, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;
};

int main() { return Cart{"cart-1"}.exists(); }
