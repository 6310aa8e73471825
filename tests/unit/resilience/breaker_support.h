// SPDX-License-Identifier: Apache-2.0
// Short ways to drive a breaker in tests.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include <leftfold/circuit_breaker.h>
#include <leftfold/testing/virtual_clock.h>

namespace leftfold::test_support {

// Opens after 4 calls of which half failed, for exactly a second the first time.
inline BreakerOptions quick_options() {
  using namespace std::chrono_literals;
  BreakerOptions options;
  options.min_calls = 4;
  options.min_distinct = 2;
  options.open = 1s;
  options.max_open = 10s;
  options.open_jitter = 0;
  return options;
}

inline void succeed(CircuitBreaker& breaker, const std::string& key) {
  std::optional<CircuitBreaker::Permit> permit = breaker.try_acquire(key);
  ASSERT_TRUE(permit) << key;
  permit->succeeded();
}

inline void fail(CircuitBreaker& breaker, const std::string& key, FailureClass failure = FailureClass::transient) {
  std::optional<CircuitBreaker::Permit> permit = breaker.try_acquire(key);
  ASSERT_TRUE(permit) << key;
  permit->failed(failure);
}

// Fails with as many keys as it takes.
inline void fail_until_open(CircuitBreaker& breaker) {
  for (int i = 0; breaker.state() == BreakerState::closed && i < 100; ++i) fail(breaker, "bad-" + std::to_string(i));
  ASSERT_EQ(breaker.state(), BreakerState::open);
}

}  // namespace leftfold::test_support
