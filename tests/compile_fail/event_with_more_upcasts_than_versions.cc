// SPDX-License-Identifier: Apache-2.0
// expect: more upcasts than versions: raise event_version, or remove one from Upcasts<...>
#include <leftfold/upcast.h>

struct ItemAdded {
  int quantity = 1;
#ifdef GOOD
  static constexpr int event_version = 2;
#endif
  using Upcasts = leftfold::Upcasts<leftfold::unchanged>;
};
using ItemEvents = leftfold::Events<ItemAdded>;

int main() { return static_cast<int>(ItemEvents::kCount); }
