// SPDX-License-Identifier: Apache-2.0
// Batches of a projector that meet faults: its rows and its checkpoint say the same afterwards, whatever happened.
#include <gtest/gtest.h>

#include <leftfold/read_table.h>

#include "dynamodb/faults_fixture.h"
#include "dynamodb/random_faults.h"
#include "support/code_of.h"

namespace leftfold::test_dynamodb {
namespace {

struct Sum {
  std::int64_t n = 0;
};

class ReadTablesFaults : public FaultsTest {
 protected:
  // One batch: three rows, one of them read. Returns what it threw.
  std::optional<Errc> batch(DynamoDbStore& store) {
    const ReadTable<Sum> sums{store.read_tables(), table};
    try {
      const auto transaction = store.read_tables().begin(table);
      const Position done = transaction->checkpoint().value_or(Position::start());
      sums.add("added", &Sum::n, 1);
      sums.update("read", [](Sum& sum) { ++sum.n; });
      sums.put("put", {done.next().value()});
      transaction->commit(done.next());
      return std::nullopt;
    } catch (const Error& error) {
      text = error.what();
      return error.code();
    }
  }
  // The rows, looked at past the proxy, are those of so many batches.
  void expect_batches(std::int64_t count) {
    const ReadTable<Sum> sums{direct.read_tables(), table};
    EXPECT_EQ(direct.read_tables().checkpoint(table).value_or(Position::start()), Position{count});
    for (const char* key : {"added", "read", "put"}) EXPECT_EQ(sums.find(key).value_or(Sum{}).n, count) << key;
  }

  const std::string table = "t" + std::to_string(Uuid::v7(system_clock().now()).bytes()[15]) + "_" +
                            std::to_string(system_clock().now().time_since_epoch().count());
};

TEST_F(ReadTablesFaults, ALostAnswerIsAskedForAgain) {
  DynamoDbStore store{options()};
  std::int64_t batches = 0;
  for (const Fault& each : {fault::reset_after(), fault::error_after(500), fault::half_after(), fault::bad_crc(),
                            fault::reset_before(), fault::error_before(503), fault::refusal("ThrottlingException"),
                            fault::cancelled({"None", "TransactionConflict", "None", "None"}),
                            fault::cancelled({"None", "ThrottlingError", "None", "None"})}) {
    proxy.follow([&](const ProxiedCall& call) { return call.is("TransactWriteItems", 1) ? each : fault::none(); });
    EXPECT_EQ(batch(store), std::nullopt) << text;
    expect_batches(++batches);
    EXPECT_EQ(proxy.calls("TransactWriteItems"), 2);
  }
}

// The checkpoint tells whether it is stored: so the next batch begins where it is.
TEST_F(ReadTablesFaults, ACommitWithoutAnyAnswerIsSettledByTheNextBegin) {
  DynamoDbStore store{options()};
  for (const bool stored : {true, false}) {
    proxy.follow([&](const ProxiedCall& call) {
      if (call.operation != "TransactWriteItems") return fault::none();
      return stored ? fault::reset_after() : fault::reset_before();
    });
    EXPECT_EQ(batch(store), Errc::unavailable);
    proxy.follow({});
    expect_batches(1);
  }
  EXPECT_EQ(batch(store), std::nullopt);
  expect_batches(2);
}

// It reaches the service after the process gave it up and another one went on.
TEST_F(ReadTablesFaults, ACommitThatArrivesLateIsRefused) {
  DynamoDbOptions patient = options();
  patient.request_timeout = std::chrono::seconds{2};  // real time, and no second attempt for a server that is busy
  patient.max_attempts = 1;
  DynamoDbStore store{patient};
  proxy.follow(
      [&](const ProxiedCall& call) { return call.operation == "TransactWriteItems" ? fault::late() : fault::none(); });
  EXPECT_EQ(batch(store), Errc::unavailable);
  EXPECT_EQ(batch(direct), std::nullopt) << text;
  expect_batches(1);
  EXPECT_EQ(proxy.release(), 1U);
  expect_batches(1);
}

// It is stored or not, and the swap says which.
TEST_F(ReadTablesFaults, ASwapWhoseAnswerIsLost) {
  DynamoDbStore store{options()};
  const ReadTable<Sum> sums{store.read_tables(), table};
  std::int64_t built = 0;
  const auto swap = [&] {
    const auto shadow = store.read_tables().open_shadow(table);
    {
      const auto transaction = shadow->model().begin(table);
      sums.put("added", {++built});
      transaction->commit(Position{built});
    }
    shadow->begin_swap()->commit();
  };
  for (const Fault& each : {fault::reset_after(), fault::error_after(500), fault::reset_before()}) {
    proxy.follow([&, seen = 0](const ProxiedCall& call) mutable {
      const bool is_swap = call.operation == "TransactWriteItems" && call.http.body.find("kept#") != std::string::npos;
      return is_swap && ++seen == 1 ? each : fault::none();
    });
    swap();
    EXPECT_EQ(sums.find("added").value().n, built);
  }
  for (const bool stored : {true, false}) {
    proxy.follow([&](const ProxiedCall& call) {
      const bool is_swap = call.operation == "TransactWriteItems" && call.http.body.find("kept#") != std::string::npos;
      if (!is_swap) return fault::none();
      return stored ? fault::reset_after() : fault::reset_before();
    });
    if (stored) swap();
    else EXPECT_EQ(test_support::code_of(swap), Errc::unavailable);
    proxy.follow({});
    EXPECT_EQ(sums.find("added").value().n, stored ? built : built - 1);
  }
}

// Between what the swap reads and what it writes: its events are in the tables before.
TEST_F(ReadTablesFaults, APartitionThatComesInTheMomentOfASwap) {
  DynamoDbStore store{options()};
  const ReadTable<Sum> sums{store.read_tables(), table};
  for (const bool back : {false, true}) {
    const std::string partition = table + (back ? "/2" : "/1");
    const auto shadow = store.read_tables().open_shadow(table);
    {
      const auto transaction = shadow->model().begin(table);
      sums.put("all", {100});
      transaction->commit(Position{1});
    }
    if (back) shadow->begin_swap()->commit();
    proxy.follow([&](const ProxiedCall& call) {
      const bool is_swap = call.operation == "TransactWriteItems" && call.http.body.find("kept#") != std::string::npos;
      if (is_swap && call.count == 1) {
        for (const Position done : {Position{1}, Position{2}}) direct.read_tables().begin(partition)->commit(done);
      }
      return fault::none();
    });
    if (back) (void)store.read_tables().restore_kept(table);
    else shadow->begin_swap()->commit();
    proxy.follow({});
    EXPECT_FALSE(direct.read_tables().checkpoint(partition)) << "it would not handle again what is not in these tables";
  }
}

// Whoever calls a rollback again because it failed gets the tables of before the rollback.
TEST_F(ReadTablesFaults, ASwapOfWhichNothingIsKnownIsInDoubt) {
  DynamoDbStore store{options()};
  const auto shadow = store.read_tables().open_shadow(table);
  shadow->model().begin(table)->commit(Position{1});
  shadow->begin_swap()->commit();
  proxy.follow([&, swapped = false](const ProxiedCall& call) mutable {
    swapped = swapped || call.operation == "TransactWriteItems";
    return swapped ? fault::reset_after() : fault::none();
  });
  EXPECT_EQ(test_support::code_of([&] { (void)store.read_tables().restore_kept(table); }), Errc::in_doubt);
  proxy.follow({});
  EXPECT_FALSE(direct.read_tables().checkpoint(table)) << "it is stored";
}

// What is left of it must not be taken for one that is whole but for its last events.
TEST_F(ReadTablesFaults, AShadowThatIsDiscardedByHalfIsNotGoneOnWith) {
  constexpr int kTables = 85;  // more than one transaction takes out of use
  DynamoDbStore store{options()};
  const auto shadow = store.read_tables().open_shadow(table);
  {
    const auto transaction = shadow->model().begin(table);
    for (int i = 0; i < kTables; ++i) store.read_tables().put("t" + std::to_string(i), "a", "{}");
    transaction->commit(Position{1});
  }
  proxy.follow([](const ProxiedCall& call) {
    return call.operation == "TransactWriteItems" && call.count > 1 ? fault::reset_before() : fault::none();
  });
  EXPECT_EQ(test_support::code_of([&] { shadow->discard(); }), Errc::unavailable);
  proxy.follow({});
  const auto again = direct.read_tables().open_shadow(table);
  EXPECT_FALSE(again->model().checkpoint(table));
  again->discard();
}

TEST_F(ReadTablesFaults, OfAllKindsLeaveTheTotalsExact) {
  constexpr std::int64_t kBatches = 60;
  DynamoDbOptions behind = options();
  behind.request_timeout = std::chrono::milliseconds{500};
  DynamoDbStore store{behind};
  proxy.follow(RandomFaults{proxy, 7});
  int tries = 0;
  for (; direct.read_tables().checkpoint(table).value_or(Position::start()) < Position{kBatches} && tries < 2000;
       ++tries) {
    const auto code = batch(store);
    const bool expected =
        !code || *code == Errc::unavailable || *code == Errc::throttled || *code == Errc::permission_denied;
    EXPECT_TRUE(expected) << text;
  }
  proxy.release();
  proxy.follow({});
  expect_batches(direct.read_tables().checkpoint(table).value_or(Position::start()).value());
  EXPECT_GE(tries, static_cast<int>(kBatches));
}

}  // namespace
}  // namespace leftfold::test_dynamodb
