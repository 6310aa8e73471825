// SPDX-License-Identifier: Apache-2.0
// Writers that meet faults of all kinds at random; afterwards the whole history is looked at, past the proxy: what was
// acknowledged is there, once; what was refused is not; of what is in doubt everything is there or nothing.
// LEFTFOLD_FAULT_SEED repeats a run's faults (not its threads'), LEFTFOLD_FAULT_COMMANDS makes it longer.
#include <gtest/gtest.h>

#include <cstdlib>
#include <latch>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/error.h>
#include <leftfold/repository.h>

#include "dynamodb/counter_history.h"
#include "dynamodb/faults_fixture.h"
#include "dynamodb/random_faults.h"

namespace leftfold::fault_history {

namespace {

using test_dynamodb::FaultProxy;
using test_dynamodb::ProxiedCall;
using test_dynamodb::RandomFaults;
using test_dynamodb::TestTables;
using test_support::PassingClock;

int number_from(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return text == nullptr ? otherwise : std::atoi(text);
}

/// One writer, as a process of its own: executes its commands one after the other.
class Writer {
 public:
  Writer(DynamoDbOptions options, Clock& clock) : store_{with(std::move(options), clock)}, counters_{store_, {}} {}

  void execute(Command& command) {
    // With a key it is safe to try until it succeeds. So many failures in a row are none of chance.
    constexpr int kMostTries = 200;
    for (int tries = 1; tries <= (command.has_key ? kMostTries : 1); ++tries) {
      if (try_once(command)) return;
    }
    if (command.has_key) ADD_FAILURE() << command.name() << " never succeeds";
  }

 private:
  static DynamoDbOptions with(DynamoDbOptions options, Clock& clock) {
    options.clock = &clock;
    options.request_timeout = std::chrono::milliseconds{500};
    return options;
  }

  bool try_once(Command& command) {
    CommandOptions options;
    if (command.has_key)
      options.idempotency_key = std::to_string(command.writer) + "/" + std::to_string(command.number);
    try {
      const CommandResult result = counters_.execute(
          command.aggregate, [&](Counter& counter) { counter.count(command.writer, command.number, command.parts); },
          options);
      EXPECT_EQ(result.events, static_cast<std::size_t>(command.parts));
      command.told = Command::Told::stored;
      command.version = result.version;
      return true;
    } catch (const Error& e) {
      const std::set<Errc> expected{Errc::in_doubt, Errc::unavailable, Errc::throttled, Errc::permission_denied,
                                    Errc::version_conflict};
      EXPECT_TRUE(expected.contains(e.code())) << command.name() << ": " << e.what();
      command.told = e.code() == Errc::in_doubt ? Command::Told::in_doubt : Command::Told::refused;
      command.text = std::string{to_string(e.code())} + ": " + e.what();
      return false;
    }
  }

  DynamoDbStore store_;
  Repository<Counter> counters_;
};

struct Run {
  const char* name;
  DynamoDbOptions::Layout layout;
  int seed;
  friend void PrintTo(const Run& run, std::ostream* out) { *out << run.name; }  // NOLINT: GoogleTest's name
};

class RandomHistories : public ::testing::TestWithParam<Run> {};
INSTANTIATE_TEST_SUITE_P(DynamoDbFaults, RandomHistories,
                         ::testing::Values(Run{"One", DynamoDbOptions::Layout::item_per_event, 1},
                                           Run{"Two", DynamoDbOptions::Layout::item_per_event, 2},
                                           Run{"ItemPerCommit", DynamoDbOptions::Layout::item_per_commit, 3}),
                         [](const auto& param) { return std::string{param.param.name}; });

TEST_P(RandomHistories, HoldWhatWasAcknowledgedOnce) {
  constexpr int kWriters = 6;
  constexpr std::size_t kAggregates = 3;
  const int commands = number_from("LEFTFOLD_FAULT_COMMANDS", 20);
  const int seed = number_from("LEFTFOLD_FAULT_SEED", GetParam().seed);
  SCOPED_TRACE("LEFTFOLD_FAULT_SEED=" + std::to_string(seed));
  const TestTables tables;
  PassingClock clock;
  FaultProxy proxy{tables};
  proxy.follow(RandomFaults{proxy, static_cast<std::uint64_t>(seed)});
  DynamoDbOptions options = proxy.options();
  options.layout = GetParam().layout;

  std::mt19937_64 random{static_cast<std::uint64_t>(seed) + 1000};
  std::vector<std::vector<Command>> all(kWriters);
  for (int writer = 0; writer < kWriters; ++writer) {
    for (int number = 0; number < commands; ++number) {
      all[static_cast<std::size_t>(writer)].push_back({.writer = writer,
                                                       .number = number,
                                                       .aggregate = "counter-" + std::to_string(random() % kAggregates),
                                                       .parts = 1 + static_cast<int>(random() % 3),
                                                       .has_key = random() % 2 == 0});
    }
  }
  {
    std::vector<std::jthread> threads;
    for (std::vector<Command>& mine : all) {
      threads.emplace_back([&] {
        DynamoDbOptions own = options;
        // Every other writer sends each request once, so that it is told of every fault.
        if (mine.front().writer % 2 == 1) own.max_attempts = 1;
        Writer writer{own, clock};
        for (Command& command : mine) writer.execute(command);
      });
    }
  }
  EXPECT_GT(proxy.faults(), kWriters * commands / 4);
  while (proxy.release() > 0) {
  }
  const History history{tables};
  std::map<Command::Told, int> told;
  for (const std::vector<Command>& mine : all) {
    for (const Command& command : mine) {
      history.check(command);
      ++told[command.told];
      EXPECT_TRUE(!command.has_key || command.told == Command::Told::stored);
    }
  }
  RecordProperty("faults", proxy.faults());
  RecordProperty("in_doubt", told[Command::Told::in_doubt]);
  EXPECT_GE(told[Command::Told::stored], kWriters * commands / 2);
  // Nothing beside what the writers were told about, and it is what an aggregate sees.
  EXPECT_LE(history.commits(), static_cast<std::size_t>(told[Command::Told::stored] + told[Command::Told::in_doubt]));
  DynamoDbOptions direct = tables.options();
  direct.layout = GetParam().layout;
  DynamoDbStore store{direct};
  for (std::size_t i = 0; i < kAggregates; ++i) {
    const std::string id = "counter-" + std::to_string(i);
    EXPECT_EQ(Repository<Counter>{store}.load(id).state().total, static_cast<int>(history.events(id))) << id;
  }
}

TEST(DynamoDbRaces, AHundredCommandsOnOneAggregateCountToAHundred) {
  constexpr int kWriters = 100;
  const TestTables tables;
  FaultProxy proxy{tables};
  proxy.follow([](const ProxiedCall& call) {
    using namespace test_dynamodb;
    if (call.operation != "PutItem") return fault::none();
    if (call.count % 10 == 0) return fault::reset_after();
    return call.count % 10 == 5 ? fault::refusal("TransactionConflictException") : fault::none();
  });
  DynamoDbStore store{proxy.options()};
  const Repository<Counter> counters{store, {.attempts = 10'000}};
  std::vector<Command> commands;
  for (int writer = 0; writer < kWriters; ++writer) commands.push_back({.writer = writer, .aggregate = "hot"});
  {
    std::latch start{kWriters};
    std::vector<std::jthread> threads;
    for (Command& command : commands) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        try {
          const auto count = [&](Counter& counter) { counter.count(command.writer, 0, 1); };
          command.version = counters.execute(command.aggregate, count).version;
          command.told = Command::Told::stored;
        } catch (const Error& e) {
          ADD_FAILURE() << command.name() << ": " << e.what();
        }
      });
    }
  }
  const History history{tables};
  for (const Command& command : commands) history.check(command);
  EXPECT_EQ(history.events("hot"), static_cast<std::size_t>(kWriters));
  EXPECT_EQ(counters.load("hot").state().total, kWriters);
  EXPECT_GT(proxy.faults(), 0);
}

}  // namespace
}  // namespace leftfold::fault_history
