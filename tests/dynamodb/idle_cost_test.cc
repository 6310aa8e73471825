// SPDX-License-Identifier: Apache-2.0
// What a Runner asks of its stores while it has nothing to do.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include <leftfold/dynamodb.h>
#include <leftfold/memory.h>
#include <leftfold/runner.h>
#include <leftfold/running.h>
#include <leftfold/testing/virtual_clock.h>

#include "dynamodb/service.h"

namespace leftfold::test_dynamodb {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

struct Happened {};
using SomeEvents = Events<Happened>;
template <int kNumber>
struct Watch : Listener<SomeEvents> {
  void on(const Happened&) {}
};

/// Calls of a store, by operation. Any thread.
class Calls {
 public:
  void count(const DynamoDbCall& call) {
    const std::scoped_lock lock{mutex_};
    ++calls_[std::string{call.operation}];
    told_.notify_all();
  }
  /// Waits until there were so many.
  void wait_for(std::size_t number) {
    std::unique_lock lock{mutex_};
    told_.wait(lock, [&] {
      std::size_t sum = 0;
      for (const auto& [operation, count] : calls_) sum += static_cast<std::size_t>(count);
      return sum >= number;
    });
  }
  void forget() {
    const std::scoped_lock lock{mutex_};
    calls_.clear();
  }
  [[nodiscard]] std::map<std::string, int> all() const {
    const std::scoped_lock lock{mutex_};
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable told_;
  std::map<std::string, int> calls_;
};

// A store that asks for nothing by itself, and whose calls are counted.
DynamoDbOptions counted_by(Calls& calls, const TestTables& tables) {
  DynamoDbOptions options = tables.options();
  options.on_call = [&calls](const DynamoDbCall& call) { calls.count(call); };
  options.tables = DynamoDbOptions::Tables::unchecked;
  return options;
}

// All handlers are paused, so two threads are left: the one of run(), which only waits, and the keeper, which talks to
// the store. Time passes when both wait.
TEST(DynamoDbIdleRunner, ReadsALittleAndWritesNothing) {
  const TestTables tables;
  Calls calls;
  DynamoDbStore store{counted_by(calls, tables)};
  testing::VirtualClock clock;
  MemoryStore events{clock};
  RunnerOptions options;
  options.clock = &clock;
  options.controls = &store.controls();
  options.breakers = &store.breakers();
  Runner runner{events, options};
  Watch<1> first;
  Watch<2> second;
  Watch<3> third;
  Watch<4> fourth;
  runner.add(first, {.name = "first"});
  runner.add(second, {.name = "second"});
  runner.add(third, {.name = "third"});
  runner.add(fourth, {.name = "fourth"});

  for (const char* const name : {"first", "second", "third", "fourth"}) {
    store.controls().pause(options.group + "." + name, "test", "");
  }
  const CapacityUnits before = store.consumed();
  calls.forget();
  Running running = runner.start();
  const Instant end = clock.instant() + minutes{10};
  while (clock.instant() < end) {
    ASSERT_TRUE(clock.wait_for_waiters(2));
    clock.advance(milliseconds{50});
  }
  running.finish();

  const std::map<std::string, int> all = calls.all();
  int sum = 0;
  for (const auto& [operation, count] : all) {
    EXPECT_EQ(operation, "Query") << count;
    sum += count;
    RecordProperty(operation, count);
  }
  // A look at the controls each second, and one at all breakers 4/3 to 8/3 seconds after the last one.
  EXPECT_GE(sum, 590 + 220);
  EXPECT_LE(sum, 602 + 452);
  EXPECT_EQ(store.consumed().write, before.write);
  if (service_name() != "moto") {  // it reports no sizes
    EXPECT_EQ(store.consumed().read - before.read, sum);
  }
}

// Each look asks one thing of each handler: how many sequences there are. At its start a handler asks for their ids.
TEST(DynamoDbIdleRunner, AsksOnceALookForDeadLetters) {
  const TestTables tables;
  Calls calls;
  DynamoDbStore store{counted_by(calls, tables)};
  MemoryStore events;
  RunnerOptions options;
  options.dead_letters = &store.dead_letters();
  options.look_every = milliseconds{200};
  Runner runner{events, options};
  Watch<1> first;
  Watch<2> second;
  runner.add(first, {.name = "first"});
  runner.add(second, {.name = "second"});
  const auto begin = std::chrono::steady_clock::now();
  Running running = runner.start();
  calls.wait_for(12);
  running.finish();
  const auto looks = (std::chrono::steady_clock::now() - begin) / options.look_every;

  const std::map<std::string, int> all = calls.all();
  ASSERT_EQ(all.size(), 1U);
  const int queries = all.at("Query");
  EXPECT_LE(queries, 2 + 2 * looks);
  EXPECT_EQ(store.consumed().write, 0);
  if (service_name() != "moto") {  // it reports no sizes
    EXPECT_EQ(store.consumed().read, queries);
  }
}

}  // namespace
}  // namespace leftfold::test_dynamodb
