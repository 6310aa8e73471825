// SPDX-License-Identifier: Apache-2.0
// expect: `on` must take its event by const reference: `void on(const Event&)`
#include <leftfold/handler_table.h>

#include "cart.h"

struct SendReceipt : leftfold::Listener<CartEvents> {
#ifdef GOOD
  void on(const CartCheckedOut&, const leftfold::EventMetadata&) {}
#else
  void on(CartCheckedOut&, const leftfold::EventMetadata&) {}
#endif
};

int main() {
  SendReceipt handler;
  return leftfold::HandlerTable::of(handler).is_const();
}
