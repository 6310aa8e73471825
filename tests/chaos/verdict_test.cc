// SPDX-License-Identifier: Apache-2.0
// The verdict sees what it is there for.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/json.h>
#include <leftfold/testing/expect.h>
#include <leftfold/uuid.h>

#include "chaos/till.h"
#include "chaos/verdict.h"
#include "support/temporary_folder.h"

namespace leftfold::test_chaos {
namespace {

using testing::ExpectationFailed;

constexpr std::uint64_t kSeed = 7;
constexpr int kTills = 10;
constexpr std::int64_t kCommands = 60;

struct ChaosVerdict : ::testing::Test {
  ChaosVerdict() {
    for (std::int64_t number = 0; number < kCommands; ++number) store(number);
    commands.writer = "w";
    for (std::int64_t number = 0; number < kCommands; ++number) {
      commands.began.push_back(number);
      commands.acknowledged.push_back(number);
    }
  }
  void store(std::int64_t number) {
    const Command command = command_of("w", kSeed, number, kTills);
    const Uuid commit = Uuid::v7(system_clock().now());
    auto& versions = stored[command.till];
    for (const test_kafka::Step& step : command.steps) {
      EventCopy event;
      event.aggregate_id = command.till;
      event.version = Version{std::ssize(versions)};
      event.commit_id = commit;
      event.payload = to_json(step);
      versions.emplace(std::ssize(versions), std::move(event));
    }
  }
  /// The till and last version of a command.
  [[nodiscard]] std::map<std::int64_t, EventCopy>& till_of(std::int64_t number) {
    return stored.at(command_of("w", kSeed, number, kTills).till);
  }
  [[nodiscard]] StoredCounts check() const { return check_stored(stored, {commands}, kSeed, kTills); }
  void refuses() const { EXPECT_THROW((void)check(), ExpectationFailed); }

  Stored stored;
  Commands commands;
};

TEST_F(ChaosVerdict, HoldsWhenEveryCommandIsStoredAsItWasMeant) {
  EXPECT_EQ(check().acknowledged, static_cast<std::size_t>(kCommands));
  EXPECT_EQ(check().unheard, 0U);
}

TEST_F(ChaosVerdict, ACommandThatNobodyHeardOfMayBeThereOrNot) {
  commands.acknowledged.pop_back();
  EXPECT_EQ(check().unheard, 1U);
  commands.began.push_back(kCommands);
  EXPECT_EQ(check().unheard, 1U);
}

TEST_F(ChaosVerdict, SeesAnAcknowledgedCommandThatIsNotStored) {
  commands.began.push_back(kCommands);
  commands.acknowledged.push_back(kCommands);
  refuses();
}

TEST_F(ChaosVerdict, SeesACommandThatIsStoredTwice) {
  store(3);
  refuses();
}

TEST_F(ChaosVerdict, SeesHalfACommand) {
  std::int64_t number = 0;
  while (command_of("w", kSeed, number, kTills).steps.size() < 2) ++number;
  // The last one of its till, so that no gap tells.
  for (std::int64_t later = number + 1; later < kCommands; ++later) {
    if (command_of("w", kSeed, later, kTills).steps.size() >= 2) number = later;
  }
  auto& versions = till_of(number);
  const std::string name = command_of("w", kSeed, number, kTills).name;
  while (from_json<test_kafka::Step>(versions.rbegin()->second.payload).command != name) {
    const std::string last = from_json<test_kafka::Step>(versions.rbegin()->second.payload).command;
    const std::int64_t dropped = std::stoll(last.substr(2));
    std::erase(commands.began, dropped);
    std::erase(commands.acknowledged, dropped);
    versions.erase(std::prev(versions.end()));
  }
  EXPECT_NO_THROW((void)check());
  versions.erase(std::prev(versions.end()));
  refuses();
}

TEST_F(ChaosVerdict, SeesAGap) {
  auto& versions = stored.at(command_of("w", kSeed, 0, kTills).till);
  versions.erase(0);
  refuses();
}

TEST_F(ChaosVerdict, SeesACommandOfTwoCommits) {
  std::int64_t number = 0;
  while (command_of("w", kSeed, number, kTills).steps.size() < 2) ++number;
  for (auto& [version, event] : till_of(number)) {
    if (from_json<test_kafka::Step>(event.payload).command == command_of("w", kSeed, number, kTills).name) {
      event.commit_id = Uuid::v7(system_clock().now());
    }
  }
  refuses();
}

TEST_F(ChaosVerdict, SeesAnotherAmount) {
  EventCopy& event = till_of(5).begin()->second;
  auto step = from_json<test_kafka::Step>(event.payload);
  step.amount += 1;
  event.payload = to_json(step);
  refuses();
}

TEST_F(ChaosVerdict, SeesWhatNobodyBegan) {
  store(kCommands + 5);
  refuses();
}

TEST(ChaosCommands, AreReadAsAWriterThatWasKilledLeftThem) {
  const test_support::TemporaryFolder folder;
  const std::string file = folder.path() / "commands";
  std::ofstream{file}
      << "\nbegan 0 .\nacknowledged 0 .\nbegan 1 .\nackno\nbegan 1 .\nrepeated 1 .\nacknowledged 1 .\nbegan 2 .\n";
  const Commands commands = read_commands(file, "w");
  EXPECT_EQ(commands.began, (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(commands.acknowledged, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(commands.repeated, 1U);
  std::ofstream{file, std::ios::app} << "acknowledged 1 .\nacknowledged 0 .\n";
  EXPECT_THROW((void)read_commands(file, "w"), ExpectationFailed);
}

}  // namespace
}  // namespace leftfold::test_chaos
