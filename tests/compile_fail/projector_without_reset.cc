// SPDX-License-Identifier: Apache-2.0
// expect: a Projector needs `void reset()`: make its table empty
#include <leftfold/runner.h>

#include "cart.h"

struct HotProducts : leftfold::Projector<CartEvents> {
  void on(const CartItemAdded&) {}
#ifdef GOOD
  void reset() {}
#endif
};

void add(leftfold::Runner& runner, HotProducts& handler) { runner.add(handler); }
