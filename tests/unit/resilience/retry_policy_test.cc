// SPDX-License-Identifier: Apache-2.0
#include <leftfold/retry_policy.h>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>

#include <leftfold/error.h>

namespace leftfold {
namespace {

using std::chrono::milliseconds;

std::string refusal_of(const RetryPolicy& policy) {
  try {
    validate(policy);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Errc::invalid_config);
    return e.what();
  }
  return "accepted";
}

TEST(RetryPolicy, TheDefaultsAndNoneAreValid) {
  EXPECT_NO_THROW(validate(RetryPolicy{}));
  EXPECT_NO_THROW(validate(RetryPolicy::none()));
}

TEST(RetryPolicy, ARefusalNamesFieldValueAndRange) {
  RetryPolicy policy;
  policy.max_attempts = 0;
  EXPECT_EQ(refusal_of(policy), "retry.max_attempts is 0, must be from 1 to 1000000; correct the setting");
  policy = {};
  policy.cap = milliseconds{9};
  EXPECT_EQ(refusal_of(policy), "retry.cap is 9 ms, must be from 10 ms to 31536000000 ms; correct the setting");
}

TEST(RetryPolicy, EveryFieldIsChecked) {
  const auto refused = [](auto change) {
    RetryPolicy policy;
    change(policy);
    return refusal_of(policy) != "accepted";
  };
  EXPECT_TRUE(refused([](RetryPolicy& p) { p.immediate = -1; }));
  EXPECT_TRUE(refused([](RetryPolicy& p) { p.base = milliseconds{0}; }));
  EXPECT_TRUE(refused([](RetryPolicy& p) { p.cap = milliseconds::max(); }));
  EXPECT_TRUE(refused([](RetryPolicy& p) { p.multiplier = 0.5; }));
  EXPECT_TRUE(refused([](RetryPolicy& p) { p.multiplier = std::numeric_limits<double>::quiet_NaN(); }));
  EXPECT_TRUE(refused([](RetryPolicy& p) { p.max_elapsed = milliseconds{-1}; }));
  EXPECT_TRUE(refused([](RetryPolicy& p) { p.budget = -1; }));
  EXPECT_TRUE(refused([](RetryPolicy& p) { p.budget_refill = std::numeric_limits<double>::infinity(); }));
}

}  // namespace
}  // namespace leftfold
