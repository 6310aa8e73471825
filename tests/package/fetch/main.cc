// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <leftfold/uuid.h>
#include <leftfold/version.h>

int main() {
  std::cout << leftfold::Uuid::parse("0198c0de-0000-7000-8000-000000000000").value().to_string() << ", leftfold "
            << leftfold::kVersion << '\n';
}
