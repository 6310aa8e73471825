// SPDX-License-Identifier: Apache-2.0
// Refusals because of load and because of other transactions: waited for, counted, and nothing is stored meanwhile.
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <string_view>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>
#include <leftfold/metrics.h>

#include "dynamodb/faults_fixture.h"

namespace leftfold::test_dynamodb {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kAttempts = 4;    // DynamoDbOptions::max_attempts
constexpr int kConflicts = 12;  // of transactions, each tried again

/// A refusal and the writes that it can meet.
struct Refused {
  const char* name;
  std::size_t events;
  Fault fault;
  friend void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }  // NOLINT: GoogleTest's name
};

class Refusals : public FaultsTest, public ::testing::WithParamInterface<Refused> {
 protected:
  [[nodiscard]] static const char* operation() { return GetParam().events == 1 ? "PutItem" : "TransactWriteItems"; }
  void refuse_first(int count) {
    proxy.follow([count](const ProxiedCall& call) {
      return call.operation == operation() && call.count <= count ? GetParam().fault : fault::none();
    });
  }
  [[nodiscard]] AppendRequest request() const { return request_of(cart, Version::none(), GetParam().events); }

  DynamoDbStore store{options()};
};

std::string name_of(const ::testing::TestParamInfo<Refused>& info) { return info.param.name; }

class Throttling : public Refusals {};
INSTANTIATE_TEST_SUITE_P(
    DynamoDbFaults, Throttling,
    ::testing::Values(Refused{"Provisioned", 1, fault::refusal("ProvisionedThroughputExceededException")},
                      Refused{"Throttling", 1, fault::refusal("ThrottlingException")},
                      Refused{"RequestLimit", 1, fault::refusal("RequestLimitExceeded")},
                      Refused{"Status429", 1, fault::refusal("", 429)},
                      Refused{"Transaction", 2, fault::refusal("ThrottlingException")},
                      Refused{"ReasonThrottling", 2, fault::cancelled({"None", "ThrottlingError"})},
                      Refused{"ReasonProvisioned", 2, fault::cancelled({"ProvisionedThroughputExceeded", "None"})},
                      Refused{"ReasonBesideAConflict", 2,
                              fault::cancelled({"TransactionConflict", "ThrottlingError"})}),
    name_of);

TEST_P(Throttling, IsWaitedForAndCounted) {
  refuse_first(2);
  const AppendRequest request = this->request();
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request)));
  EXPECT_EQ(stored(), ids_of(request));
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(throttled, 2);
  EXPECT_GT(clock.passed(), seconds{0});
  EXPECT_LE(clock.passed(), seconds{1 + 2});
}

TEST_P(Throttling, ThatLastsIsAnErrorAndNothingIsStored) {
  refuse_first(kAttempts);
  const AppendRequest request = this->request();
  EXPECT_EQ(code_of(store, request), Errc::throttled) << text;
  EXPECT_EQ(attempts, kAttempts);
  EXPECT_EQ(throttled, kAttempts);
  EXPECT_TRUE(stored().empty());
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request)));
}

class Conflicts : public Refusals {};
INSTANTIATE_TEST_SUITE_P(
    DynamoDbFaults, Conflicts,
    ::testing::Values(Refused{"OfAPut", 1, fault::refusal("TransactionConflictException")},
                      Refused{"InTheFirstReason", 2, fault::cancelled({"TransactionConflict", "None"})},
                      Refused{"InTheLastReason", 2, fault::cancelled({"None", "TransactionConflict"})}),
    name_of);

TEST_P(Conflicts, OfTransactionsAreNoVersionConflicts) {
  refuse_first(kConflicts);
  const AppendRequest request = this->request();
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request)));
  EXPECT_EQ(stored(), ids_of(request));
  EXPECT_EQ(attempts, kConflicts + 1);
  EXPECT_EQ(throttled, 0);
}

TEST_P(Conflicts, ThatDoNotEndAreThrottling) {
  refuse_first(kConflicts + 1);
  const AppendRequest request = this->request();
  EXPECT_EQ(code_of(store, request), Errc::throttled) << text;
  EXPECT_TRUE(stored().empty());
}

class FinalReasons : public FaultsTest {
 protected:
  [[nodiscard]] Errc code_for(const std::string& reason) {
    proxy.follow([reason](const ProxiedCall&) { return fault::cancelled({"None", reason}); });
    return code_of(store, request_of(cart, Version::none(), 2));
  }
  DynamoDbStore store{options()};
};

TEST_F(FinalReasons, AreErrorsAtOnce) {
  EXPECT_EQ(code_for("ItemCollectionSizeLimitExceeded"), Errc::storage_full);
  EXPECT_EQ(code_for("ValidationError"), Errc::invalid_argument);
  EXPECT_NE(text.find("item 1: ValidationError"), std::string::npos) << text;
  EXPECT_EQ(attempts, 2);
  EXPECT_TRUE(stored().empty());
}

class MixedFaults : public FaultsTest {};

TEST_F(MixedFaults, ThrottlingShowsInTheStoresMetrics) {
  Metrics metrics;
  DynamoDbOptions counted = options();
  counted.metrics = &metrics;
  DynamoDbStore store{counted};
  proxy.follow([](const ProxiedCall& call) {
    if (call.operation != "PutItem" || call.count > 3) return fault::none();
    return call.count == 1 ? fault::reset_before() : fault::refusal("ThrottlingException");
  });
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request_of(cart, Version::none()))));
  const auto count = [&](std::string_view name) {
    return metrics.counter(name, "", {{"operation", "PutItem"}}).value();
  };
  EXPECT_EQ(count("leftfold_dynamodb_throttled_total"), 2);
  EXPECT_EQ(count("leftfold_dynamodb_retries_total"), 3);
}

// The first attempt was stored and the others say "not processed": only of themselves.
TEST_F(MixedFaults, ThrottlingAfterALostAnswerIsNotTakenForNothing) {
  DynamoDbStore store{options()};
  proxy.follow([](const ProxiedCall& call) {
    if (call.operation != "PutItem") return fault::none();
    return call.count == 1 ? fault::reset_after() : fault::refusal("ThrottlingException");
  });
  const AppendRequest request = request_of(cart, Version::none());
  EXPECT_TRUE(std::holds_alternative<Appended>(store.append(request)));
  EXPECT_EQ(stored(), ids_of(request));
}

TEST_F(MixedFaults, AFinalRefusalAfterALostAnswerIsNotTakenForNothing) {
  DynamoDbStore store{options()};
  proxy.follow([](const ProxiedCall& call) {
    if (call.operation != "TransactWriteItems") return fault::none();
    return call.count == 1 ? fault::reset_after() : fault::refusal("AccessDeniedException");
  });
  const AppendRequest request = request_of(cart, Version::none(), 2);
  EXPECT_TRUE(std::holds_alternative<Appended>(store.append(request)));
  EXPECT_EQ(stored(), ids_of(request));
}

TEST_F(MixedFaults, ATransactionStillAtWorkIsAskedForAgain) {
  DynamoDbStore store{options()};
  proxy.follow([](const ProxiedCall& call) {
    if (call.is("TransactWriteItems", 1)) return fault::reset_after();
    return call.is("TransactWriteItems", 2) ? fault::refusal("TransactionInProgressException") : fault::none();
  });
  const AppendRequest request = request_of(cart, Version::none(), 3);
  EXPECT_TRUE(std::holds_alternative<Appended>(store.append(request)));
  EXPECT_EQ(proxy.calls("TransactWriteItems"), 3);
  EXPECT_EQ(proxy.calls("GetItem"), 0);
  EXPECT_EQ(stored(), ids_of(request));
}

}  // namespace
}  // namespace leftfold::test_dynamodb
