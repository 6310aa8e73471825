// SPDX-License-Identifier: Apache-2.0
// MemoryLeaseStore keeps the promises of its port.
#include <gtest/gtest.h>

#include <memory>

#include <leftfold/memory_lease_store.h>
#include <leftfold/testing/lease_suite.h>

#include "support/suite_gtest.h"

namespace leftfold {
namespace {

testing::OpenLeaseStore make_store() {
  return [store = std::make_shared<MemoryLeaseStore>()] { return store; };
}

const bool kStore = test_support::register_suite("MemoryLeaseStore", testing::lease_suite(make_store));

}  // namespace
}  // namespace leftfold
