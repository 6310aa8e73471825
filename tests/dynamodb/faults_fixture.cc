// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/faults_fixture.h"

#include <memory>

namespace leftfold::test_dynamodb {
namespace {

std::unique_ptr<TestTables> tables;

// Creating tables takes longer than most tests: they share two.
class SharedTables final : public ::testing::Environment {
 public:
  void SetUp() override { tables = std::make_unique<TestTables>(); }
  void TearDown() override { tables.reset(); }
};

const ::testing::Environment* const kRegistered = ::testing::AddGlobalTestEnvironment(new SharedTables);

}  // namespace

const TestTables& shared_tables() { return *tables; }

}  // namespace leftfold::test_dynamodb
