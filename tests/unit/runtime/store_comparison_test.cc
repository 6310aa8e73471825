// SPDX-License-Identifier: Apache-2.0
// The proof that two stores hold the same events.
#include "runtime/migration/store_comparison.h"

#include <gtest/gtest.h>

#include "migration_support.h"

namespace leftfold::runtime_test {
namespace {

using runtime::AggregateComparison;
using runtime::StoreComparison;
using runtime::StoreWalk;

struct Compared {
  std::vector<AggregateComparison> all;
  std::string source_hash, target_hash;
  std::uint64_t different = 0;
};

Compared compare(runtime::ReadStore source, runtime::ReadStore target, bool both_ways = false) {
  Compared compared;
  StoreWalk walk{source, {}};
  StoreComparison comparison{walk, target};
  comparison.on_each([&](const AggregateComparison& each) { compared.all.push_back(each); });
  EXPECT_TRUE(comparison.of_source());
  StoreWalk back{target, {}};
  if (both_ways) {
    EXPECT_TRUE(comparison.of_target_alone(back));
  }
  compared.source_hash = comparison.source_hash();
  compared.target_hash = comparison.target_hash();
  compared.different = comparison.different();
  EXPECT_EQ(comparison.aggregates(), compared.all.size());
  return compared;
}

TEST(StoreComparison, OfACopyFindsNothing) {
  MemoryStore source, target;
  fill_with_commits(source, 200, 15);
  (void)copy_all({&source}, target);
  const Compared compared = compare({&source}, {&target}, true);
  EXPECT_EQ(compared.all.size(), 15U);
  EXPECT_EQ(compared.different, 0U);
  EXPECT_EQ(compared.source_hash, compared.target_hash);
  for (const AggregateComparison& each : compared.all) EXPECT_EQ(each.source_hash, each.target_hash);
}

TEST(StoreComparison, HashesTheSameInWhateverOrderAStoreIsRead) {
  MemoryStore source, target;
  fill_with_commits(source, 200, 15);
  ScanByAggregate scan{source};
  (void)copy_all({&source, &scan}, target);
  const Compared by_scan = compare({&source, &scan}, {&target});
  EXPECT_EQ(by_scan.different, 0U);
  EXPECT_EQ(by_scan.source_hash, compare({&target}, {&source}).source_hash);
}

TEST(StoreComparison, NamesTheVersionAndWhatDiffers) {
  MemoryStore source, target;
  std::uint32_t number = 0;
  RecordedCommit commit = a_commit("a", 0, 3, number);
  (void)source.import_commits({commit});
  commit.events[1].payload = R"({"n":7})";
  (void)target.import_commits({commit});
  const Compared compared = compare({&source}, {&target});
  ASSERT_EQ(compared.different, 1U);
  EXPECT_EQ(compared.all[0].difference, "version 1: its payload differs");
  EXPECT_NE(compared.all[0].source_hash, compared.all[0].target_hash);
  EXPECT_NE(compared.source_hash, compared.target_hash);
}

TEST(StoreComparison, NoticesEventsThatOneOfThemLacks) {
  MemoryStore less, more;
  std::uint32_t number = 0;
  const RecordedCommit first = a_commit("a", 0, 2, number);
  const RecordedCommit second = a_commit("a", 2, 2, number);
  (void)less.import_commits({first});
  (void)more.import_commits({first, second});
  EXPECT_EQ(compare({&more}, {&less}).all.at(0).difference, "the target lacks it from version 2 on");
  EXPECT_EQ(compare({&less}, {&more}).all.at(0).difference, "the target alone has it from version 2 on");
}

TEST(StoreComparison, FindsAggregatesOfTheTargetAloneWhenAsked) {
  MemoryStore source, target;
  std::uint32_t number = 0;
  (void)source.import_commits({a_commit("a", 0, 1, number)});
  (void)copy_all({&source}, target);
  (void)target.import_commits({a_commit("b", 0, 2, number)});
  EXPECT_EQ(compare({&source}, {&target}).different, 0U);
  const Compared compared = compare({&source}, {&target}, true);
  ASSERT_EQ(compared.different, 1U);
  EXPECT_EQ(compared.all[1].aggregate_id, "b");
  EXPECT_EQ(compared.all[1].difference, "the target alone has it");
  EXPECT_NE(compared.source_hash, compared.target_hash);
}

TEST(StoreComparison, IsNotWholeWhenItIsStopped) {
  MemoryStore source, target;
  std::uint32_t number = 0;
  (void)target.import_commits({a_commit("alone", 0, 1, number)});
  (void)source.import_commits({a_commit("a", 0, 1, number)});
  (void)copy_all({&source}, target);
  std::stop_source stop;
  StoreWalk walk{{&source}, stop.get_token()};
  StoreWalk back{{&target}, stop.get_token()};
  StoreComparison comparison{walk, {&target}};
  comparison.on_each([&](const AggregateComparison& each) {
    if (each.aggregate_id == "alone") stop.request_stop();
  });
  EXPECT_TRUE(comparison.of_source());
  EXPECT_FALSE(comparison.of_target_alone(back));
  EXPECT_EQ(comparison.different(), 1U);  // "a" is in both, whether anybody looks or not
}

TEST(StoreComparison, KeepsTheFirstDifferencesAndCountsAll) {
  MemoryStore source, target;
  std::uint32_t number = 0;
  for (int i = 0; i < 30; ++i) (void)source.import_commits({a_commit("a" + std::to_string(i), 0, 1, number)});
  StoreWalk walk{{&source}, {}};
  StoreComparison comparison{walk, {&target}};
  EXPECT_TRUE(comparison.of_source());
  EXPECT_EQ(comparison.different(), 30U);
  EXPECT_EQ(comparison.first_differences().size(), StoreComparison::kDifferencesKept);
  EXPECT_EQ(comparison.first_differences().front().aggregate_id, "a0");
}

}  // namespace
}  // namespace leftfold::runtime_test
