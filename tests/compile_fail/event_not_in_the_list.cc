// SPDX-License-Identifier: Apache-2.0
// expect: create_event: this event is not in the aggregate's Events<...> list
#include "cart.h"

struct CartRenamed {};

class Cart : public leftfold::AggregateRoot<CartState, CartEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void rename() {
#ifdef GOOD
    create_event(CartCheckedOut{});
#else
    create_event(CartRenamed{});
#endif
  }
};

int main() { Cart{"cart-1"}.rename(); }
