// SPDX-License-Identifier: Apache-2.0
// Registers the cases of a conformance suite as GoogleTest tests.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/testing/suite.h>

namespace leftfold::test_support {

class SuiteCase : public ::testing::Test {
 public:
  explicit SuiteCase(std::function<void()> run) : run_{std::move(run)} {}
  void TestBody() override { run_(); }  // GoogleTest reports what it throws

 private:
  std::function<void()> run_;
};

// Call it while statics are initialised: `const bool kRegistered = register_suite("MemoryStore",
// event_store_suite(...));`
inline bool register_suite(const std::string& suite, const std::vector<testing::Case>& cases) {
  for (const testing::Case& c : cases) {
    std::string name = c.name;
    for (char& letter : name) {
      if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
    }
    ::testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [run = c.run]() -> SuiteCase* { return new SuiteCase{run}; });
  }
  return true;
}

}  // namespace leftfold::test_support
