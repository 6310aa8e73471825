// SPDX-License-Identifier: Apache-2.0
// Breakers and controls while DynamoDB fails: nothing counts twice, and nobody waits.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

#include "dynamodb/faults_fixture.h"
#include "support/code_of.h"

namespace leftfold::test_dynamodb {
namespace {

using namespace std::chrono_literals;

class BreakerFaults : public FaultsTest {
 protected:
  [[nodiscard]] BreakerRecord record() { return direct.breakers().read(cart); }
  [[nodiscard]] BreakerRecord opened() {
    BreakerRecord opened = record();
    opened.state = BreakerRecord::State::open;
    return opened;
  }
  /// On the machine's clock, with the usual timeouts.
  [[nodiscard]] DynamoDbOptions in_real_time() {
    DynamoDbOptions all = options();
    all.clock = &system_clock();
    return all;
  }
};

TEST_F(BreakerFaults, AWriteWhoseAnswerWasLostKnowsItself) {
  DynamoDbStore store{options()};
  for (const Fault& fault : {fault::reset_after(), fault::error_after(500), fault::half_after(), fault::bad_crc()}) {
    proxy.follow([&](const ProxiedCall& call) { return call.is("PutItem", 1) ? fault : fault::none(); });
    const BreakerRecord before = opened();
    EXPECT_TRUE(store.breakers().write(before));
    EXPECT_EQ(record().revision, before.revision + 1);
  }
}

TEST_F(BreakerFaults, AWriteThatDidNotArriveIsSentOnceMore) {
  DynamoDbStore store{options()};
  for (const Fault& fault :
       {fault::reset_before(), fault::error_before(503), fault::refusal("ProvisionedThroughputExceededException")}) {
    proxy.follow([&](const ProxiedCall& call) { return call.is("PutItem", 1) ? fault : fault::none(); });
    const BreakerRecord before = opened();
    EXPECT_TRUE(store.breakers().write(before));
    EXPECT_EQ(record().revision, before.revision + 1);
    EXPECT_EQ(proxy.calls("PutItem"), 2);
  }
}

TEST_F(BreakerFaults, AWriteThatNobodyAnswersIsInDoubtAndMayArriveLate) {
  DynamoDbStore store{in_real_time()};
  proxy.follow([](const ProxiedCall& call) { return call.operation == "PutItem" ? fault::late() : fault::none(); });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(test_support::code_of([&] { (void)store.breakers().write(opened()); }, &text), Errc::in_doubt);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s) << "a second, on a machine that has other things to do";
  EXPECT_EQ(record().revision, 0);
  ASSERT_TRUE(direct.breakers().write(opened()));
  EXPECT_EQ(proxy.release(), 1U);
  EXPECT_EQ(record().revision, 1) << "it was of a revision that is over";
}

TEST_F(BreakerFaults, ReadsAnswerOrFailWithinASecond) {
  DynamoDbStore store{in_real_time()};
  proxy.follow([](const ProxiedCall&) { return fault::silence_before(); });
  const auto in_time = [](auto call) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(test_support::code_of(call), Errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s) << "a second, on a machine that has other things to do";
  };
  in_time([&] { (void)store.breakers().read(cart); });
  in_time([&] { (void)store.breakers().list(); });
  in_time([&] { (void)store.controls().controls(); });
  EXPECT_EQ(proxy.calls(), 3) << "none is tried again";
}

TEST_F(BreakerFaults, ACallThatFailedAtOnceIsTriedOnceMore) {
  DynamoDbStore store{options()};
  proxy.follow([](const ProxiedCall& call) { return call.count == 1 ? fault::error_before(503) : fault::none(); });
  EXPECT_EQ(store.breakers().read(cart).revision, 0);
  (void)store.controls().controls();
  proxy.follow([](const ProxiedCall&) { return fault::error_before(503); });
  EXPECT_EQ(test_support::code_of([&] { (void)store.breakers().read(cart); }), Errc::unavailable);
  EXPECT_EQ(proxy.calls("GetItem"), 2);
}

TEST_F(BreakerFaults, ARestartCountsOnceHoweverOftenItIsSent) {
  DynamoDbStore store{options()};
  proxy.follow([](const ProxiedCall& call) {
    if (call.is("UpdateItem", 1)) return fault::reset_after();
    return call.is("UpdateItem", 2) ? fault::error_before(500) : fault::none();
  });
  EXPECT_EQ(store.controls().restart(cart, "ann"), 1);
  EXPECT_EQ(proxy.calls("UpdateItem"), 3);
  EXPECT_EQ(direct.controls().control(cart).restarts, 1);
}

TEST_F(BreakerFaults, APauseIsSentUntilItIsAnswered) {
  DynamoDbStore store{options()};
  proxy.follow([](const ProxiedCall& call) {
    if (call.is("UpdateItem", 1)) return fault::reset_after();
    return call.is("UpdateItem", 2) ? fault::refusal("ThrottlingException") : fault::none();
  });
  store.controls().pause(cart, "ann", "the mail server moves");
  EXPECT_EQ(proxy.calls("UpdateItem"), 3);
  EXPECT_TRUE(direct.controls().control(cart).paused);
  proxy.follow(
      [](const ProxiedCall& call) { return call.operation == "UpdateItem" ? fault::reset_after() : fault::none(); });
  EXPECT_EQ(test_support::code_of([&] { store.controls().resume(cart, "ann"); }), Errc::in_doubt);
  EXPECT_FALSE(direct.controls().control(cart).paused);
}

}  // namespace
}  // namespace leftfold::test_dynamodb
