// SPDX-License-Identifier: Apache-2.0
// expect: event_version is above 1: say how older events become ones of today
// expect: leftfold::Upcasts<&from_1>
#include <leftfold/upcast.h>

struct ItemAdded {
  int quantity = 1;
  static constexpr int event_version = 2;
#ifdef GOOD
  using Upcasts = leftfold::Upcasts<leftfold::unchanged>;
#endif
};
using ItemEvents = leftfold::Events<ItemAdded>;

int main() { return static_cast<int>(ItemEvents::kCount); }
