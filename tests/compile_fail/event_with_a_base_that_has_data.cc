// SPDX-License-Identifier: Apache-2.0
// expect: leftfold: a struct with a base class that has data cannot be stored: make the base a field
#include <leftfold/json.h>

struct Common {
  int number = 0;
};
#ifdef GOOD
struct CartOpened {
  Common common;
};
#else
struct CartOpened : Common {
  int other = 0;
};
#endif

int main() { return static_cast<int>(leftfold::to_json(CartOpened{}).size()); }
