// SPDX-License-Identifier: Apache-2.0
// expect: an upcast is a function `void from_1(leftfold::Json& payload)`
#include <leftfold/event_info.h>

struct ItemAdded {
  int quantity = 1;
  static constexpr int event_version = 2;
#ifdef GOOD
  static void from_1(leftfold::Json& payload) { payload.rename("qty", "quantity"); }
#else
  static void from_1(leftfold::Json payload) { payload.rename("qty", "quantity"); }
#endif
  using Upcasts = leftfold::Upcasts<&from_1>;
};

int main() { return static_cast<int>(leftfold::catalog_of<leftfold::Events<ItemAdded>>().events.size()); }
