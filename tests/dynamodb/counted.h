// SPDX-License-Identifier: Apache-2.0
// Events of a number, for projectors on read tables.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include <leftfold/clock.h>
#include <leftfold/event.h>
#include <leftfold/event_store.h>
#include <leftfold/uuid.h>

namespace leftfold::test_dynamodb {

struct Counted {
  int n = 0;
};
using CountedEvents = Events<Counted>;

inline void append(EventStore& store, const std::string& aggregate, int n, Version expected = Version::none()) {
  AppendRequest request;
  request.aggregate_id = aggregate;
  request.expected = expected;
  request.events.push_back({Uuid::v7(system_clock().now()), "Counted", "{\"n\":" + std::to_string(n) + "}", {}, 1});
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request)));
}

}  // namespace leftfold::test_dynamodb
