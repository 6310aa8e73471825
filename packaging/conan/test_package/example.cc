// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <leftfold/json.h>
#include <leftfold/version.h>

struct Greeting {
  int hello = 1;
};

int main() { std::cout << "leftfold " << leftfold::kVersion << ' ' << leftfold::to_json(Greeting{}) << '\n'; }
