// SPDX-License-Identifier: Apache-2.0
// MemoryCursorStore keeps the promises of its port.
#include <gtest/gtest.h>

#include <memory>

#include <leftfold/memory_cursor_store.h>
#include <leftfold/testing/cursor_suite.h>

#include "support/suite_gtest.h"

namespace leftfold {
namespace {

testing::OpenCursorStore make_store() {
  return [store = std::make_shared<MemoryCursorStore>()] { return store; };
}

const bool kStore = test_support::register_suite("MemoryCursorStore", testing::cursor_suite(make_store));

}  // namespace
}  // namespace leftfold
