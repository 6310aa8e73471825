// SPDX-License-Identifier: Apache-2.0
// Ten minutes during which DynamoDB does nothing: time is the test's, so they are over in a moment.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>
#include <leftfold/testing/virtual_clock.h>

#include "base/sleep.h"
#include "dynamodb/faults_fixture.h"

namespace leftfold::test_dynamodb {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class Outages : public FaultsTest {
 protected:
  [[nodiscard]] DynamoDbOptions in_virtual_time() {
    DynamoDbOptions all = options();
    all.clock = &time;
    return all;
  }
  /// Appends until it succeeds, as a service that tries its command again every five seconds; returns the codes.
  std::vector<Errc> append_in_the_end(DynamoDbStore& store, const AppendRequest& request) {
    std::vector<Errc> codes;
    for (;;) {
      const Errc code = code_of(store, request);
      if (code == Errc::internal) return codes;
      codes.push_back(code);
      base::sleep_for(time, seconds{5});
    }
  }

  testing::VirtualClock time;
  // Nobody else moves the clock, and only this test's thread waits on it.
  std::jthread passing{[this](const std::stop_token& stop) {
    while (time.wait_for_waiters(1, stop)) time.advance(milliseconds{250});
  }};
};

TEST_F(Outages, OfTenMinutesAreOutlivedAndLeaveNoTrace) {
  DynamoDbStore store{in_virtual_time()};
  const Instant begin = time.instant();
  const Instant end = begin + minutes{10};
  std::atomic<int> during{0};
  proxy.follow([&, end](const ProxiedCall&) {
    if (time.instant() >= end) return fault::none();
    // The first request of all was done, and nothing after it.
    const int number = ++during;
    if (number == 1) return fault::reset_after();
    return number % 2 == 0 ? fault::error_before(503) : fault::reset_before();
  });
  std::vector<Uuid> all;
  const AppendRequest first = request_of(cart, Version::none(), 2);
  const std::vector<Errc> codes = append_in_the_end(store, first);
  EXPECT_GE(time.instant(), end);
  EXPECT_GT(codes.size(), 50U);
  for (const Errc code : codes) EXPECT_EQ(code, Errc::in_doubt);  // its first attempt was stored: never "nothing was"
  // Retries came out of one budget: 500 tokens, 5 each.
  EXPECT_LE(during - told, 100);
  EXPECT_EQ(stored(), ids_of(first));
  // Afterwards it is as before.
  EXPECT_EQ(std::get<Appended>(store.append(request_of(cart, Version{1}))).version, Version{2});
  EXPECT_EQ(stored().size(), 3U);
}

TEST_F(Outages, FailReadsAsUnavailable) {
  DynamoDbStore store{in_virtual_time()};
  const Instant end = time.instant() + minutes{10};
  proxy.follow(
      [&, end](const ProxiedCall&) { return time.instant() < end ? fault::error_before(500) : fault::none(); });
  int failed = 0;
  for (bool there = false; !there; base::sleep_for(time, seconds{5})) {
    try {
      EXPECT_TRUE(store.read_stream(cart, Version{0}, 10).empty());
      there = true;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Errc::unavailable);
      ++failed;
    }
  }
  EXPECT_GT(failed, 50);
}

TEST_F(Outages, WithoutAnyConnectionStoreNothing) {
  DynamoDbOptions nowhere = in_virtual_time();
  nowhere.endpoint_url = "http://127.0.0.1:" + std::to_string(test_support::closed_port());
  DynamoDbStore store{nowhere};
  EXPECT_EQ(code_of(store, request_of(cart, Version::none())), Errc::unavailable) << text;
  EXPECT_EQ(attempts, 4);
}

}  // namespace
}  // namespace leftfold::test_dynamodb
