// SPDX-License-Identifier: Apache-2.0
// What the program and the library agree on.
#pragma once

#include <string>

#include <leftfold/app.h>

struct Greeted {
  std::string name;
};
