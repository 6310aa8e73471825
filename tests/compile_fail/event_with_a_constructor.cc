// SPDX-License-Identifier: Apache-2.0
// expect: an event is a plain struct: public fields, no constructors, no private members
#include <leftfold/event.h>

struct CartOpened {
#ifdef GOOD
#else
  CartOpened() {}
#endif
};

int main() { return static_cast<int>(leftfold::Events<CartOpened>::kCount); }
