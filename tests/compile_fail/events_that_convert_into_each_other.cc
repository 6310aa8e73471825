// SPDX-License-Identifier: Apache-2.0
// expect: events in one list must not convert to each other
#include <leftfold/event.h>

struct PriceSet {
  int cents = 0;
};
struct PriceCut {
  int cents = 0;
#ifdef GOOD
#else
  operator PriceSet() const { return {cents}; }
#endif
};
using PriceEvents = leftfold::Events<PriceSet, PriceCut>;

int main() { return static_cast<int>(PriceEvents::kCount); }
