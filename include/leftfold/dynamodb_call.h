// SPDX-License-Identifier: Apache-2.0
// What a call to DynamoDB cost and how it went.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

namespace leftfold::inline v0 {

/// Request units as DynamoDB bills them: a read unit is 4 KB read consistently, a write unit 1 KB written. Plain value.
struct CapacityUnits {
  double read = 0;
  double write = 0;

  CapacityUnits& operator+=(const CapacityUnits& more) {
    read += more.read;
    write += more.write;
    return *this;
  }
  [[nodiscard]] friend CapacityUnits operator-(const CapacityUnits& a, const CapacityUnits& b) {
    return {a.read - b.read, a.write - b.write};
  }
  bool operator==(const CapacityUnits&) const = default;
};

/// One finished call, all its attempts together: for metrics. The texts are views that end with the call of the
/// observer.
struct DynamoDbCall {
  std::string_view operation;           ///< "PutItem"
  std::string_view table;               ///< empty for a transaction over several
  CapacityUnits consumed;               ///< as DynamoDB reported it; it reports nothing for refused requests
  int attempts = 1;                     ///< requests sent
  int throttled = 0;                    ///< of these, refused because of load
  bool failed = false;                  ///< the call ended with an error; a condition that did not hold is none
  std::chrono::nanoseconds duration{};  ///< from the first request to the end, waits included
};

/// Called on the calling thread after every call, also a failed one; must not throw.
using DynamoDbObserver = std::function<void(const DynamoDbCall&)>;

}  // namespace leftfold::inline v0
