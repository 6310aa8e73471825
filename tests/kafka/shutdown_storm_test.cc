// SPDX-License-Identifier: Apache-2.0
// SIGTERM at random moments: a process ends in time, repeats nothing, and the others have its work at once.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "kafka/chaos.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(KafkaShutdown, AtRandomMomentsHandsOverAtOnce) {
  Chaos chaos{4};
  chaos.options.session_ms = 45'000;  // as in production: only a member that says goodbye is gone sooner
  chaos.options.handler_ms = 10;
  auto stays = chaos.start();
  const std::int64_t rounds = number_from("LEFTFOLD_CHAOS_ROUNDS", 12);
  for (std::int64_t round = 0; round < rounds; ++round) {
    auto goes = chaos.start();
    chaos.send_to_each("account-", 30);
    chaos.settle();
    std::this_thread::sleep_for(milliseconds{chaos.random(0, 1'200)});
    if (chaos.random(0, 1) == 0) std::swap(stays, goes);
    goes->terminate();
    goes->wait();
    chaos.send_to_each("account-", 30);  // in every partition
    chaos.settle();
    // Sooner than the session of one that did not say goodbye would end.
    ASSERT_TRUE(Chaos::wait_until([&] { return chaos.all_heard(); }, seconds{30})) << "round " << round;
  }
  chaos.drain();
  stays->terminate();
  stays->wait();
  const Findings found = chaos.verify();
  EXPECT_EQ(found.calls, found.events) << "who stops commits what it handled";
}

}  // namespace
}  // namespace leftfold::test_kafka
