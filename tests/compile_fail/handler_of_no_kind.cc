// SPDX-License-Identifier: Apache-2.0
// expect: a handler derives from leftfold::Projector<Events> or leftfold::Listener<Events>
#include <leftfold/runner.h>

#include "cart.h"

#ifdef GOOD
struct HotProducts : leftfold::Projector<CartEvents> {
#else
struct HotProducts {
#endif
  void on(const CartItemAdded&) {}
  void reset() {}
};

void add(leftfold::Runner& runner, HotProducts& handler) { runner.add(handler); }
