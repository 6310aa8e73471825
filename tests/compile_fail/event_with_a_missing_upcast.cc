// SPDX-License-Identifier: Apache-2.0
// expect: an upcast is missing: Upcasts<...> needs one for each version before event_version
// expect: ItemAdded
#include <leftfold/upcast.h>

struct ItemAdded {
  int quantity = 1;
  static constexpr int event_version = 3;
  static void from_1(leftfold::Json& payload) { payload.rename("qty", "quantity"); }
#ifdef GOOD
  using Upcasts = leftfold::Upcasts<&from_1, leftfold::unchanged>;
#else
  using Upcasts = leftfold::Upcasts<&from_1>;
#endif
};
using ItemEvents = leftfold::Events<ItemAdded>;

int main() { return static_cast<int>(ItemEvents::kCount); }
