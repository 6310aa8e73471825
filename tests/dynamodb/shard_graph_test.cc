// SPDX-License-Identifier: Apache-2.0
// The graph of shards that tests read instead of a real one: it must do what DynamoDB's streams do.
#include "dynamodb/shard_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace leftfold::test_dynamodb {
namespace {

using Outcome = ShardGraph::Page::Outcome;

ShardGraph::Record record(const std::string& item, int n) {
  return {item, R"({"n":)" + std::to_string(n) + R"(,"SequenceNumber":"0"})", {}};
}

std::vector<ShardGraph::Record> records(int count) {
  std::vector<ShardGraph::Record> all;
  for (int i = 0; i < count; ++i) all.push_back(record("item-" + std::to_string(i), i));
  return all;
}

int number_of(const std::string& json) { return std::stoi(json.substr(json.find(':') + 1)); }

std::vector<int> all_of(const ShardGraph& graph, const std::string& shard) {
  std::vector<int> numbers;
  for (const std::string& json : graph.read(shard, 0, 1'000'000).records) numbers.push_back(number_of(json));
  return numbers;
}

bool is_less(const std::string& a, const std::string& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

TEST(ShardGraph, OneShardWithoutFaults) {
  ShardGraph graph{StreamFaults{}, "1"};
  graph.add(records(5));
  const std::vector<Shard> shards = graph.list();
  ASSERT_EQ(shards.size(), 1U);
  EXPECT_FALSE(shards[0].closed);
  EXPECT_EQ(all_of(graph, shards[0].id), (std::vector<int>{0, 1, 2, 3, 4}));
  const ShardGraph::Page page = graph.read(shards[0].id, 3, 1);
  ASSERT_EQ(page.records.size(), 1U);
  EXPECT_EQ(page.next, 4U);
  EXPECT_FALSE(graph.read(shards[0].id, 5, 10).ended);
}

TEST(ShardGraph, SequenceNumbersGrowAsNumbersOnly) {
  EXPECT_EQ(sequence_number(1).size(), 21U);
  EXPECT_TRUE(is_less(sequence_number(9), sequence_number(10)));
  EXPECT_GT(sequence_number(9), sequence_number(10));  // as texts they do not
}

TEST(ShardGraph, RecordsAreShuffledInTheirWindowAndThoseOfAnItemAreNot) {
  StreamFaults faults;
  faults.window = 10;
  ShardGraph graph{faults, "1"};
  std::vector<ShardGraph::Record> all;
  for (int i = 0; i < 100; ++i) all.push_back(record(i % 2 == 0 ? "same" : "item-" + std::to_string(i), i));
  graph.add(std::move(all));
  const std::vector<int> found = all_of(graph, graph.list()[0].id);
  ASSERT_EQ(found.size(), 100U);
  EXPECT_FALSE(std::ranges::is_sorted(found));
  std::vector<int> same;
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(found[i]) / 10, i / 10);
    if (found[i] % 2 == 0) same.push_back(found[i]);
  }
  EXPECT_TRUE(std::ranges::is_sorted(same));
}

TEST(ShardGraph, ShardsSplitAndRollOverInGenerations) {
  StreamFaults faults;
  faults.records_a_shard = 20;
  faults.most_open = 4;
  ShardGraph graph{faults, "1"};
  graph.add(records(1000));
  EXPECT_GT(graph.splits(), 0U);
  EXPECT_GT(graph.rollovers(), 0U);
  EXPECT_GT(graph.generations(), 5U);
  std::map<std::string, Shard> shards;
  for (const Shard& shard : graph.list()) shards[shard.id] = shard;
  ASSERT_EQ(shards.size(), graph.shards());
  std::set<int> found;
  std::size_t open = 0, roots = 0;
  for (const auto& [id, shard] : shards) {
    for (const int n : all_of(graph, id)) EXPECT_TRUE(found.insert(n).second);
    if (!shard.closed) ++open;
    if (shard.parent.empty()) ++roots;
    else EXPECT_TRUE(shards.at(shard.parent).closed);
    EXPECT_EQ(graph.read(id, 0, 1'000'000).ended, shard.closed);
    const std::size_t children = graph.list(id).size();
    EXPECT_GE(children, shard.closed ? 1U : 0U);
    EXPECT_LE(children, shard.closed ? 2U : 0U);
  }
  EXPECT_EQ(found.size(), 1000U);
  EXPECT_EQ(open, 4U);
  EXPECT_EQ(roots, 1U);
}

TEST(ShardGraph, AnItemMovesFromParentToChildAndNeverBack) {
  StreamFaults faults;
  faults.records_a_shard = 10;
  ShardGraph graph{faults, "1"};
  for (int i = 0; i < 200; ++i) {
    std::vector<ShardGraph::Record> some{record("item-" + std::to_string(i % 7), i)};
    graph.add(std::move(some));
  }
  std::map<std::string, std::string> parent_of;
  for (const Shard& shard : graph.list()) parent_of[shard.id] = shard.parent;
  std::map<int, std::string> shard_of;  // of each record
  for (const auto& [id, parent] : parent_of) {
    const std::vector<int> numbers = all_of(graph, id);
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
    for (const int n : numbers) shard_of[n] = id;
  }
  for (int i = 7; i < 200; ++i) {
    std::string ancestor = shard_of.at(i);
    while (!ancestor.empty() && ancestor != shard_of.at(i - 7)) ancestor = parent_of.at(ancestor);
    EXPECT_NE(ancestor, "") << "record " << i << " lies in no shard below that of its item's record before";
  }
}

TEST(ShardGraph, ListsShowSomeShardsLate) {
  StreamFaults faults;
  faults.records_a_shard = 5;
  faults.most_open = 8;
  faults.late = 6;
  ShardGraph graph{faults, "1"};
  graph.add(records(300));
  const std::size_t first = graph.list().size();
  EXPECT_GE(first, 1U);
  EXPECT_LT(first, graph.shards());
  bool child_without_parent = false, open_parent = false;
  for (int i = 0; i < faults.late; ++i) {
    std::map<std::string, Shard> shown;
    for (const Shard& shard : graph.list()) shown[shard.id] = shard;
    for (const auto& [id, shard] : shown) {
      if (shard.parent.empty()) continue;
      const auto parent = shown.find(shard.parent);
      if (parent == shown.end()) child_without_parent = true;
      else if (!parent->second.closed) open_parent = true;
    }
  }
  EXPECT_TRUE(child_without_parent);
  EXPECT_TRUE(open_parent);
  EXPECT_EQ(graph.list().size(), graph.shards());
}

TEST(ShardGraph, TheOldestRecordsVanish) {
  StreamFaults faults;
  faults.records_a_shard = 10;
  ShardGraph graph{faults, "1"};
  graph.add(records(30));
  const std::string first = graph.list().back().id;
  EXPECT_EQ(graph.trim(4), 4U);
  EXPECT_EQ(graph.read(first, 0, 10).outcome, Outcome::trimmed);
  EXPECT_EQ(graph.place(first, {}).next, 4U);
  EXPECT_EQ(graph.place(first, sequence_number(2)).outcome, Outcome::trimmed);
  EXPECT_EQ(graph.place(first, sequence_number(4)).outcome, Outcome::records);
  EXPECT_EQ(graph.read(first, 4, 10).records.size(), 6U);
  EXPECT_EQ(graph.forget(), 0U);
  EXPECT_EQ(graph.trim(6), 6U);
  EXPECT_EQ(graph.forget(), 1U);
  EXPECT_EQ(graph.read(first, 10, 10).outcome, Outcome::gone);
  EXPECT_EQ(graph.place(first, {}).outcome, Outcome::gone);
  EXPECT_EQ(graph.list().size(), graph.shards() - 1);
  EXPECT_EQ(graph.trim(1000), 20U);
}

TEST(ShardGraph, AClosedStreamHasNoOpenShards) {
  ShardGraph graph{StreamFaults{}, "1"};
  graph.add(records(3));
  graph.close();
  const std::vector<Shard> shards = graph.list();
  ASSERT_EQ(shards.size(), 1U);
  EXPECT_TRUE(shards[0].closed);
  EXPECT_TRUE(graph.read(shards[0].id, 0, 10).ended);
  EXPECT_TRUE(graph.list(shards[0].id).empty());
}

}  // namespace
}  // namespace leftfold::test_dynamodb
