// SPDX-License-Identifier: Apache-2.0
// expect: leftfold: a C array cannot be stored: use std::array
#include <array>

#include <leftfold/json.h>

struct Measured {
#ifdef GOOD
  std::array<int, 3> values{};
#else
  int values[3] = {};
#endif
};

int main() { return static_cast<int>(leftfold::to_json(Measured{}).size()); }
