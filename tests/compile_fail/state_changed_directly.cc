// SPDX-License-Identifier: Apache-2.0
// expect g++: in read-only object
// expect clang++: returns a const value
#include "cart.h"

class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void check_out() {
#ifdef GOOD
    create_event(CartCheckedOut{});
#else
    state().checked_out = true;
#endif
  }
};

int main() { Cart{"cart-1"}.check_out(); }
