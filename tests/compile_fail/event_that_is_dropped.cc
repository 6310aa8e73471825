// SPDX-License-Identifier: Apache-2.0
// expect: create_event: this event is not in the aggregate's Events<...> list
#include <leftfold/aggregate_root.h>

struct ItemAdded {
  int quantity = 1;
};
using Viewed = leftfold::Dropped<"ItemViewed">;
struct ItemState {
  void apply(const ItemAdded&) {}
};

class Item : public leftfold::AggregateRoot<ItemState, leftfold::Events<ItemAdded, Viewed>> {
 public:
  using AggregateRoot::AggregateRoot;
#ifdef GOOD
  void look() { create_event(ItemAdded{}); }
#else
  void look() { create_event(Viewed{}); }
#endif
};

int main() { Item{"item-1"}.look(); }
