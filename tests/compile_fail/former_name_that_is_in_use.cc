// SPDX-License-Identifier: Apache-2.0
// expect: a former name of one cannot be a name of another
#include <leftfold/event.h>

struct ItemAdded {
  int quantity = 1;
};
struct LineAdded {
  int quantity = 1;
#ifdef GOOD
  static constexpr std::string_view former_names[] = {"RowAdded"};
#else
  static constexpr std::string_view former_names[] = {"ItemAdded"};
#endif
};
using ItemEvents = leftfold::Events<ItemAdded, LineAdded>;

int main() { return static_cast<int>(ItemEvents::kCount); }
