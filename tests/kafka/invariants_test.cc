// SPDX-License-Identifier: Apache-2.0
// The checker sees what it is there for.
#include <gtest/gtest.h>

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include <leftfold/testing/expect.h>

#include "kafka/invariants.h"

namespace leftfold::test_kafka {
namespace {

using Kind = HistoryLine::Kind;
using testing::ExpectationFailed;

EventCopy step(const std::string& account, std::int64_t version, std::int64_t offset, std::int64_t amount) {
  EventCopy event;
  event.aggregate_id = account;
  event.version = Version{version};
  event.position = Position{offset + 1};
  event.payload = R"({"amount":)" + std::to_string(amount) + R"(,"work_ms":0,"poison":false})";
  return event;
}

HistoryLine line(Kind kind, const std::string& account, std::int64_t version, pid_t process = 1) {
  return {kind, process, process, account, version, {}, {}};
}

/// Handled without anything happening, by process 1.
std::vector<HistoryLine> handled(std::vector<VersionOf> versions) {
  std::vector<HistoryLine> lines;
  for (const auto& [account, version] : versions) {
    lines.push_back(line(Kind::began, account, version));
    lines.push_back(line(Kind::ended, account, version));
  }
  return lines;
}

struct KafkaInvariants : ::testing::Test {
  void accepts(const std::vector<HistoryLine>& history, const std::set<VersionOf>& parked = {}) const {
    EXPECT_NO_THROW(static_cast<void>(check_history(topic, history, 2, parked)));
  }
  void refuses(const std::vector<HistoryLine>& history, const std::set<VersionOf>& parked = {}) const {
    EXPECT_THROW(static_cast<void>(check_history(topic, history, 2, parked)), ExpectationFailed);
  }
  TopicFacts topic{
      {step("a", 0, 0, 5), step("b", 0, 1, 7), step("a", 1, 2, 1), step("a", 0, 3, 5), step("c", 0, 4, 2)}};
};

TEST_F(KafkaInvariants, HoldWithRepeatsKillsAndParkedEvents) {
  accepts(handled({{"a", 0}, {"b", 0}, {"a", 1}, {"c", 0}}));
  accepts(handled({{"a", 0}, {"b", 0}, {"a", 1}, {"a", 0}, {"c", 0}}));  // again
  std::vector<HistoryLine> killed = handled({{"a", 0}, {"b", 0}, {"c", 0}});
  killed.push_back(line(Kind::began, "a", 1));  // and then nothing more of process 1
  killed.push_back(line(Kind::began, "a", 1, 2));
  killed.push_back(line(Kind::ended, "a", 1, 2));
  accepts(killed);
  for (HistoryLine& again : std::span{killed}.last(2)) {  // a new process that has the number of the killed one
    again.process = 1;
    again.since = std::chrono::minutes{1};
  }
  accepts(killed);
  accepts(handled({{"b", 0}, {"c", 0}}), {{"a", 0}, {"a", 1}});
  const Findings found = check_history(topic, handled({{"a", 0}, {"b", 0}, {"a", 1}, {"a", 0}, {"c", 0}}), 2);
  EXPECT_EQ(found.events, 4U);
  EXPECT_EQ(found.calls, 5U);
  EXPECT_EQ(found.repeats, 1U);
  EXPECT_EQ(found.most, 1U);
}

TEST_F(KafkaInvariants, AreBrokenByWhatIsLostSkippedOverlapsOrIsTooMuch) {
  refuses(handled({{"a", 0}, {"a", 1}, {"b", 0}}));                      // c is lost
  refuses(handled({{"a", 1}, {"a", 0}, {"b", 0}, {"c", 0}}));            // a begins with its second version
  refuses(handled({{"a", 0}, {"a", 1}, {"a", 2}, {"b", 0}, {"c", 0}}));  // was never published
  std::vector<HistoryLine> threw = handled({{"a", 0}, {"b", 0}, {"c", 0}});
  threw.push_back(line(Kind::began, "a", 1));
  threw.push_back(line(Kind::threw, "a", 1));
  refuses(threw);
  accepts(threw, {{"a", 1}});

  const std::vector<HistoryLine> rest = handled({{"a", 0}, {"a", 1}, {"b", 0}, {"c", 0}});
  const auto with_rest = [&](std::vector<HistoryLine> lines) {
    lines.insert(lines.end(), rest.begin(), rest.end());
    return lines;
  };
  const HistoryLine begins = line(Kind::began, "a", 0);
  refuses(with_rest({begins, begins, line(Kind::ended, "a", 0)}));
  // Two processes are another thing: one of them may have lost the partition.
  accepts(with_rest({line(Kind::began, "a", 0, 2), line(Kind::began, "a", 0, 3), line(Kind::ended, "a", 0, 3)}));
  refuses(with_rest({line(Kind::began, "a", 0, 2), line(Kind::began, "b", 0, 2), line(Kind::began, "c", 0, 2)}));
}

TEST_F(KafkaInvariants, ACommitAboveAnUnfinishedEventIsSeen) {
  const std::vector<HistoryLine> history = handled({{"b", 0}, {"a", 0}, {"a", 1}, {"c", 0}});
  EXPECT_NO_THROW(check_committed(topic, history, {{{std::nullopt}, 0}, {{0}, 0}, {{2}, 4}, {{5}, 8}}));
  EXPECT_THROW(check_committed(topic, history, {{{1}, 3}}), ExpectationFailed);  // a 0 began, and did not end
  EXPECT_NO_THROW(check_committed(topic, history, {{{1}, 3}}, {{"a", 0}}));
  EXPECT_THROW(check_committed(topic, history, {{{5}, 7}}), ExpectationFailed);
}

TEST_F(KafkaInvariants, ATableIsComparedStepByStep) {
  std::vector<Account> rows;
  for (const auto& [name, account] : topic.accounts()) rows.push_back(account);
  EXPECT_EQ(rows.front(), (Account{"a", 2, 6, 5 * Account::kFactor + 1}));
  EXPECT_NO_THROW(check_ledger(topic, rows));
  std::vector<Account> wrong = rows;
  wrong.front().chain = Account::kFactor + 5;  // the other order
  EXPECT_THROW(check_ledger(topic, wrong), ExpectationFailed);
  wrong = rows;
  ++wrong.front().steps;
  EXPECT_THROW(check_ledger(topic, wrong), ExpectationFailed);
  wrong = rows;
  wrong.pop_back();
  EXPECT_THROW(check_ledger(topic, wrong), ExpectationFailed);
}

TEST_F(KafkaInvariants, ATopicWithAGapOrAnAggregateInTwoPartitionsIsNoBasis) {
  EXPECT_THROW((TopicFacts{{step("a", 0, 0, 1), step("a", 2, 1, 1)}}), ExpectationFailed);
  std::vector<EventCopy> events{step("a", 0, 0, 1), step("a", 1, 0, 1)};
  events.back().partition = 1;
  EXPECT_THROW((TopicFacts{events}), ExpectationFailed);
}

}  // namespace
}  // namespace leftfold::test_kafka
