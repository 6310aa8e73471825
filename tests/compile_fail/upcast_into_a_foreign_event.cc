// SPDX-License-Identifier: Apache-2.0
// expect: an upcast splits an event into one that is not in its list: add that event to the list
#include <leftfold/upcast.h>

struct AddressGiven {
  int street = 1;
};
struct Registered {
  int name = 1;
  static constexpr int event_version = 2;
  static leftfold::Parts<Registered, AddressGiven> from_1(leftfold::Json old);
  using Upcasts = leftfold::Upcasts<&from_1>;
};
#ifdef GOOD
using CustomerEvents = leftfold::Events<Registered, AddressGiven>;
#else
using CustomerEvents = leftfold::Events<Registered>;
#endif

int main() { return static_cast<int>(CustomerEvents::kCount); }
