// SPDX-License-Identifier: Apache-2.0
// MemoryBreakerStore keeps the promises of its port.
#include <gtest/gtest.h>

#include <memory>

#include <leftfold/memory_breaker_store.h>
#include <leftfold/testing/breaker_store_suite.h>

#include "support/suite_gtest.h"

namespace leftfold {
namespace {

testing::OpenBreakerStore make_store() {
  return [store = std::make_shared<MemoryBreakerStore>()] { return store; };
}

const bool kStore = test_support::register_suite("MemoryBreakerStore", testing::breaker_store_suite(make_store));

}  // namespace
}  // namespace leftfold
