// SPDX-License-Identifier: Apache-2.0
// Credentials are renewed before they end, by one caller, and never used after.
#include "aws/renewed_credentials.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "unit/aws/aws_case.h"

namespace leftfold::test_aws {
namespace {

class AwsRenewal : public ::testing::Test {
 protected:
  http::Credentials keys(std::chrono::seconds valid) {
    return {"KEY-" + std::to_string(fetches.load()), "secret", "token", clock.now() + valid};
  }
  std::string id() { return source.credentials({})->access_key_id; }

  testing::VirtualClock clock;
  std::atomic<int> fetches = 0;
  std::function<http::Credentials()> give = [this] { return keys(60min); };
  aws::RenewedCredentials source{[this](const std::stop_token&) {
                                   ++fetches;
                                   return give();
                                 },
                                 clock, no_log()};
};

TEST_F(AwsRenewal, AsksOnceWhileTheyAreGood) {
  EXPECT_EQ(id(), "KEY-1");
  clock.advance(54min);
  EXPECT_EQ(id(), "KEY-1");
  EXPECT_EQ(fetches, 1);
}

TEST_F(AwsRenewal, RenewsFiveMinutesBeforeTheyEnd) {
  EXPECT_EQ(id(), "KEY-1");
  clock.advance(55min);
  EXPECT_EQ(id(), "KEY-2");
  EXPECT_EQ(id(), "KEY-2");
}

TEST_F(AwsRenewal, KeysWithoutAnEndAreKept) {
  give = [] { return http::Credentials{"A", "s", "", {}}; };
  EXPECT_EQ(id(), "A");
  clock.advance(std::chrono::hours{24 * 365});
  EXPECT_EQ(id(), "A");
  EXPECT_EQ(fetches, 1);
}

TEST_F(AwsRenewal, AFailureWhileTheOldOnesAreGoodIsNotTheCallers) {
  EXPECT_EQ(id(), "KEY-1");
  give = []() -> http::Credentials { throw Error{Errc::unavailable, "down"}; };
  clock.advance(55min);
  EXPECT_EQ(id(), "KEY-1");
  EXPECT_EQ(id(), "KEY-1");
  EXPECT_EQ(fetches, 2);  // not asked again at once
  clock.advance(1min);
  EXPECT_EQ(id(), "KEY-1");
  EXPECT_EQ(fetches, 3);
  clock.advance(4min);  // they end
  expect_error([&] { id(); }, Errc::unavailable, {"down"});
  give = [this] { return keys(60min); };
  EXPECT_EQ(id(), "KEY-5");
}

TEST_F(AwsRenewal, TheSameOnesAgainAreNotAskedForAllTheTime) {
  const Timestamp end = clock.now() + 10min;
  give = [end] { return http::Credentials{"SAME", "s", "", end}; };
  EXPECT_EQ(id(), "SAME");
  clock.advance(6min);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(id(), "SAME");
  EXPECT_EQ(fetches, 2);
  clock.advance(4min);
  expect_error([&] { id(); }, Errc::permission_denied, {"SAME expired at 2030-01-01T00:10:00"});
}

// Every request would wait for a process, or for STS.
TEST_F(AwsRenewal, OnesThatNeverLastLongAreNotAskedForWithEachRequest) {
  give = [this] { return keys(4min); };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(id(), "KEY-1");
  EXPECT_EQ(fetches, 1);
  clock.advance(1min);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(id(), "KEY-2");
  give = [this] { return keys(30s); };
  clock.advance(4min);  // the old ones end
  for (int i = 0; i < 5; ++i) EXPECT_EQ(id(), "KEY-3");
  clock.advance(30s);
  EXPECT_EQ(id(), "KEY-4");
}

TEST_F(AwsRenewal, RefusedOnesAreReplacedOnce) {
  const auto used = source.credentials({});
  source.refused(used);
  EXPECT_EQ(id(), "KEY-2");
  source.refused(used);  // another thread used them too
  EXPECT_EQ(id(), "KEY-2");
}

TEST_F(AwsRenewal, OthersUseTheOldOnesWhileOneRenews) {
  EXPECT_EQ(id(), "KEY-1");
  std::latch asked{1};
  std::latch may_answer{1};
  give = [&] {
    asked.count_down();
    may_answer.wait();
    return keys(60min);
  };
  clock.advance(56min);
  auto renewer = std::async(std::launch::async, [&] { return id(); });
  asked.wait();
  EXPECT_EQ(id(), "KEY-1");
  EXPECT_EQ(id(), "KEY-1");
  may_answer.count_down();
  EXPECT_EQ(renewer.get(), "KEY-2");
  EXPECT_EQ(fetches, 2);
}

TEST_F(AwsRenewal, ManyThreadsAskOnceAndShareTheResult) {
  std::vector<std::string> seen(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& one : seen) threads.emplace_back([&] { one = id(); });
  }
  EXPECT_EQ(seen, std::vector<std::string>(8, "KEY-1"));
  EXPECT_EQ(fetches, 1);
}

TEST_F(AwsRenewal, AWaiterSharesTheFailure) {
  std::latch asked{1};
  std::latch may_answer{1};
  give = [&]() -> http::Credentials {
    asked.count_down();
    may_answer.wait();
    throw Error{Errc::permission_denied, "no"};
  };
  auto first = std::async(std::launch::async, [&] { expect_error([&] { id(); }, Errc::permission_denied, {"no"}); });
  asked.wait();
  auto second = std::async(std::launch::async, [&] { expect_error([&] { id(); }, Errc::permission_denied, {"no"}); });
  clock.wait_for_waiters(1);
  may_answer.count_down();
  first.get();
  second.get();
  EXPECT_EQ(fetches, 1);
}

TEST_F(AwsRenewal, AStopEndsTheWaitAndIsTheWaitersAlone) {
  std::latch asked{1};
  std::latch may_answer{1};
  give = [&] {
    asked.count_down();
    may_answer.wait();
    return keys(60min);
  };
  auto first = std::async(std::launch::async, [&] { return id(); });
  asked.wait();
  std::stop_source stop;
  stop.request_stop();
  expect_error([&] { static_cast<void>(source.credentials(stop.get_token())); }, Errc::stopped, {"stop"});
  may_answer.count_down();
  EXPECT_EQ(first.get(), "KEY-1");
}

}  // namespace
}  // namespace leftfold::test_aws
