// SPDX-License-Identifier: Apache-2.0
// expect: leftfold: a pointer or reference cannot be stored: use a value, std::optional or std::vector
#include <optional>

#include <leftfold/json.h>

struct CartOpened {
#ifdef GOOD
  std::optional<int> number;
#else
  int* number = nullptr;
#endif
};

int main() { return static_cast<int>(leftfold::to_json(CartOpened{}).size()); }
