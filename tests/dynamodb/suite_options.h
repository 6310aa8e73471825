// SPDX-License-Identifier: Apache-2.0
// What this store can do of the suite of event stores.
#pragma once

#include <cstddef>

#include <leftfold/testing/event_store_suite.h>

namespace leftfold::test_dynamodb {

inline testing::EventStoreSuiteOptions what_it_can() {
  testing::EventStoreSuiteOptions options;
  options.reads_all = false;
  options.keeps_json_text = false;
  options.large_payload_bytes = std::size_t{390} * 1024;  // an item holds 400 KB
  return options;
}

}  // namespace leftfold::test_dynamodb
