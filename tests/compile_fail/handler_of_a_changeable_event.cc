// SPDX-License-Identifier: Apache-2.0
// expect: `on` must take its event by const reference: `void on(const Event&)`
#include <leftfold/handler_table.h>

#include "cart.h"

struct HotProducts : leftfold::Projector<CartEvents> {
#ifdef GOOD
  void on(const CartItemAdded&) {}
#else
  void on(CartItemAdded&) {}
#endif
  void on(const CartCheckedOut&) {}
  void reset() {}
};

int main() {
  HotProducts handler;
  return leftfold::HandlerTable::of(handler).is_const();
}
