// SPDX-License-Identifier: Apache-2.0
// expect: a Listener is never replayed: it would send its mails again. Give Replay a Projector
#include <leftfold/replay.h>

#include "cart.h"

#ifdef GOOD
struct HotProducts : leftfold::Projector<CartEvents> {
  void on(const CartItemAdded&) {}
  void reset() {}
};
#else
struct HotProducts : leftfold::Listener<CartEvents> {
  void on(const CartItemAdded&) {}
};
#endif

void add(leftfold::Replay& replay, HotProducts& handler) { replay.add(handler); }
