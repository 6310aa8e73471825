// SPDX-License-Identifier: Apache-2.0
// expect: the handler receives nothing: write `void on(const Event&)` for an event of its list
#include <leftfold/handler_table.h>

#include "cart.h"

struct SendReceipt : leftfold::Listener<CartEvents> {
#ifdef GOOD
  void on(const CartCheckedOut&) {}
#else
  void handle(const CartCheckedOut&) {}
#endif
};

int main() {
  SendReceipt handler;
  return leftfold::HandlerTable::of(handler).is_const();
}
