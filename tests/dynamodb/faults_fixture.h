// SPDX-License-Identifier: Apache-2.0
// What the tests of faults share: tables, a proxy before them, time that does not make anybody wait.
#pragma once

#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

#include "dynamodb/append_requests.h"
#include "dynamodb/fault_proxy.h"
#include "dynamodb/service.h"
#include "support/passing_clock.h"

namespace leftfold::test_dynamodb {

using test_support::PassingClock;

/// Tables of the whole program, there while its tests run.
[[nodiscard]] const TestTables& shared_tables();

class FaultsTest : public ::testing::Test {
 protected:
  /// Options of a store behind the proxy.
  [[nodiscard]] DynamoDbOptions options() {
    DynamoDbOptions options = proxy.options();
    options.clock = &clock;
    options.on_call = [this](const DynamoDbCall& call) {
      const std::scoped_lock lock{mutex};
      ++told;
      attempts += call.attempts;
      throttled += call.throttled;
    };
    return options;
  }
  /// The code that an append throws; Errc::internal when it throws none.
  [[nodiscard]] Errc code_of(DynamoDbStore& store, const AppendRequest& request) {
    try {
      (void)store.append(request);
    } catch (const Error& e) {
      text = e.what();
      return e.code();
    }
    return Errc::internal;
  }
  /// Ids of the cart's stored events, read past the proxy.
  [[nodiscard]] std::vector<Uuid> stored() {
    std::vector<Uuid> ids;
    for (const RecordedEvent& event : direct.read_stream(cart, Version{0}, 1000)) ids.push_back(event.id);
    return ids;
  }
  [[nodiscard]] static std::vector<Uuid> ids_of(const AppendRequest& request) {
    std::vector<Uuid> ids;
    for (const NewEvent& event : request.events) ids.push_back(event.id);
    return ids;
  }

  const TestTables& tables = shared_tables();
  DynamoDbStore direct{tables.options()};                                         // past the proxy
  const std::string cart = "cart-" + Uuid::v7(system_clock().now()).to_string();  // an aggregate that nobody else uses
  PassingClock clock;
  std::mutex mutex;
  int told = 0;       // calls of the store
  int attempts = 0;   // requests of them
  int throttled = 0;  // of these
  std::string text;   // of the error seen last
  FaultProxy proxy{tables};
};

}  // namespace leftfold::test_dynamodb
