// SPDX-License-Identifier: Apache-2.0
// A short way to ask for events of no meaning.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/event_store.h>
#include <leftfold/uuid.h>

namespace leftfold::test_dynamodb {

/// A request for `events` events of type Happened.
[[nodiscard]] inline AppendRequest request_of(std::string id, Version expected, std::size_t events = 1,
                                              std::string key = {}, const std::string& payload = R"({"n":1})") {
  AppendRequest request{std::move(id), expected, {}, std::move(key)};
  for (std::size_t i = 0; i < events; ++i) {
    request.events.push_back({Uuid::v7(system_clock().now()), "Happened", payload, {}, 1});
  }
  return request;
}

}  // namespace leftfold::test_dynamodb
