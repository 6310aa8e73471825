// SPDX-License-Identifier: Apache-2.0
// Runs tests and says which of them failed. A test fails by throwing.
#pragma once

#include <exception>
#include <initializer_list>
#include <iostream>

struct Test {
  const char* name;
  void (*run)();
};

inline int run_tests(std::initializer_list<Test> tests) {
  int failed = 0;
  for (const Test& test : tests) {
    try {
      test.run();
      std::cout << "passed: " << test.name << '\n';
    } catch (const std::exception& error) {
      std::cout << "FAILED: " << test.name << ": " << error.what() << '\n';
      ++failed;
    }
  }
  return failed == 0 ? 0 : 1;
}
