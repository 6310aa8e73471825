// SPDX-License-Identifier: Apache-2.0
// When to try again: the standard mode of AWS's clients.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold::inline v0::dynamodb {

/// A budget of retries for all calls of one client: when the service fails for most, few retries are made.
/// Any thread.
class RetryQuota {
 public:
  static constexpr int kCapacity = 500;
  static constexpr int kRetryCost = 5;
  static constexpr int kTimeoutCost = 10;

  /// Takes the cost of one retry. False when the budget does not hold it: then nothing is taken.
  [[nodiscard]] bool take(int cost);
  /// A call succeeded: gives back what its last retry cost, or 1 when there was none.
  void give_back(int cost);
  [[nodiscard]] int left() const;

 private:
  mutable std::mutex mutex_;
  int left_ = kCapacity;
};

/// The upper bound of the wait before retry number `retry` (from 1): `base` doubled each time, at most 20 s.
[[nodiscard]] std::chrono::milliseconds longest_wait(std::chrono::milliseconds base, int retry);
/// A random part of `longest` (full jitter).
[[nodiscard]] std::chrono::nanoseconds jittered(std::chrono::milliseconds longest);

/// The time in a Date header ("Tue, 24 Nov 2026 17:24:48 GMT"). Empty when it is none.
[[nodiscard]] std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace leftfold::inline v0::dynamodb
