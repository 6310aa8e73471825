// SPDX-License-Identifier: Apache-2.0
// Parents, children and streams: which shards get a lease, which may be read, and which are forgotten.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/publisher/shard_table.h"

namespace leftfold::runtime {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

class PublisherShards : public ::testing::Test {
 protected:
  void list(std::vector<Shard> shards, const std::string& stream = "s1") { table.merge({stream, std::move(shards)}); }
  // Stores leases for what has none yet; returns which.
  Names create() {
    Names created;
    for (const ShardName& name : table.without_lease(leases)) {
      leases.wrote({"g", lease_name(name), "", 0, "", false, ""}, {});
      created.push_back(name.shard);
    }
    return created;
  }
  void change(const std::string& shard, const std::string& checkpoint, bool done, const std::string& stream = "s1") {
    Lease lease = *leases.find(lease_name({stream, shard}));
    lease.checkpoint = checkpoint;
    lease.done = done;
    leases.wrote(lease, {});
  }
  void finish(const std::string& shard, const std::string& stream = "s1") { change(shard, "9", true, stream); }
  [[nodiscard]] Names eligible() const {
    Names names;
    for (const std::string& name : table.eligible(leases)) names.push_back(shard_of(name)->shard);
    return names;
  }
  Names remove() {
    Names names;
    for (const Lease& lease : table.removable(leases)) {
      names.push_back(shard_of(lease.name)->shard);
      leases.removed(lease.name);
    }
    return names;
  }
  [[nodiscard]] Names childless() const {
    Names names;
    for (const ShardName& name : table.childless(leases)) names.push_back(name.shard);
    return names;
  }

  ShardTable table;
  LeaseBook leases{"a", 10s};
};

TEST_F(PublisherShards, NamesOfLeasesLeadBackToTheirShards) {
  const ShardName name{"arn:aws:dynamodb:eu-west-1:1:table/T/stream/2026-01-01T00:00:00.000", "shardId-1"};
  EXPECT_EQ(shard_of(lease_name(name)), name);
  EXPECT_EQ(shard_of(kRepairLease), std::nullopt);
  EXPECT_EQ(shard_of("shard/x"), std::nullopt);
}

TEST_F(PublisherShards, ChildrenWaitForTheirParentAndAParentThatIsGoneIsNotWaitedFor) {
  list({{"p", "trimmed", true}, {"c1", "p", false}, {"c2", "p", false}});
  EXPECT_EQ(create(), (Names{"c1", "c2", "p"}));
  EXPECT_EQ(eligible(), (Names{"p"}));
  finish("p");
  EXPECT_EQ(eligible(), (Names{"c1", "c2"}));
}

TEST_F(PublisherShards, AChildListedBeforeItsParentClosesWaitsToo) {
  list({{"p", "", false}, {"c", "p", false}});
  create();
  EXPECT_EQ(eligible(), (Names{"p"}));
  EXPECT_TRUE(table.closed({"s1", "p"})) << "a parent with children takes no more, whatever the listing says";
}

TEST_F(PublisherShards, AParentThatIsListedWithoutALeaseIsWaitedForAndGetsOne) {
  list({{"c", "p", false}});
  create();
  list({{"p", "", true}, {"c", "p", false}});
  EXPECT_TRUE(eligible().empty());
  EXPECT_EQ(create(), (Names{"p"}));
  EXPECT_EQ(eligible(), (Names{"p"}));
}

TEST_F(PublisherShards, ThreeGenerationsInOneListingAreReadOneAfterTheOther) {
  list({{"c", "b", false}, {"b", "a", true}, {"a", "", true}});
  create();
  EXPECT_EQ(eligible(), (Names{"a"}));
  finish("a");
  EXPECT_EQ(eligible(), (Names{"b"}));
  finish("b");
  EXPECT_EQ(eligible(), (Names{"c"}));
}

TEST_F(PublisherShards, ListingsThatLackShardsAddUp) {
  list({{"a", "", true}});
  list({{"b", "a", false}});
  EXPECT_EQ(create(), (Names{"b"})) << "what is not in the newest listing may have had its lease removed";
  list({{"a", "", true}});
  EXPECT_EQ(create(), (Names{"a"}));
  EXPECT_EQ(eligible(), (Names{"a"}));
}

TEST_F(PublisherShards, AClosedLeafIsAskedForItsChildren) {
  list({{"a", "", true}, {"b", "", false}});
  create();
  EXPECT_EQ(childless(), (Names{"a"}));
  finish("b");  // its end was read before a listing told of it
  EXPECT_EQ(childless(), (Names{"a", "b"}));
  table.merge_children("s1", {{"c", "a", false}});
  EXPECT_EQ(childless(), (Names{"b"}));
  EXPECT_EQ(create(), (Names{"c"}));
}

TEST_F(PublisherShards, ALeaseGoesWhenItsShardIsGoneAndAllChildrenHaveBegun) {
  list({{"p", "", true}, {"c1", "p", false}, {"c2", "p", false}});
  create();
  finish("p");
  change("c1", "5", false);
  for (int i = 1; i < ShardTable::kGoneAfter; ++i) list({{"c1", "p", false}, {"c2", "p", false}});
  change("c2", "6", false);
  EXPECT_TRUE(remove().empty()) << "listings may be incomplete";
  list({{"c1", "p", false}, {"c2", "p", false}});
  change("c2", "", false);
  EXPECT_TRUE(remove().empty()) << "a child has not begun";
  change("c2", "6", false);
  EXPECT_EQ(remove(), (Names{"p"}));
  EXPECT_TRUE(create().empty()) << "it does not come back";
}

TEST_F(PublisherShards, TheLastLeavesOfAStreamAreKept) {
  list({{"a", "", true}});
  create();
  finish("a");
  for (int i = 0; i < 2 * ShardTable::kGoneAfter; ++i) list({});
  EXPECT_TRUE(remove().empty());
}

TEST_F(PublisherShards, AfterARestartLeasesGoWhoseChildrenNobodyRemembers) {
  Lease old{"g", lease_name({"s1", "grandparent"}), "", 3, "7", true, ""};
  Lease parent{"g", lease_name({"s1", "parent"}), "", 3, "8", true, ""};
  leases.observe({old, parent}, {});
  list({});
  for (int i = 0; i < 2 * ShardTable::kGoneAfter; ++i) list({});
  EXPECT_TRUE(remove().empty()) << "nothing else tells that the next stream is another one";
  list({{"c", "parent", false}});
  EXPECT_EQ(create(), (Names{"c"}));
  EXPECT_EQ(remove(), (Names{"grandparent"})) << "a child of the parent has not begun";
  change("c", "9", false);
  EXPECT_EQ(remove(), (Names{"parent"}));
  EXPECT_TRUE(create().empty());
}

TEST_F(PublisherShards, AfterARestartAListingThatLacksAShardRemovesNothing) {
  leases.observe({{"g", lease_name({"s1", "p"}), "", 3, "7", true, ""}}, {});
  for (int i = 1; i < ShardTable::kGoneAfter; ++i) {
    list({{"x", "", false}});
    create();
    EXPECT_TRUE(remove().empty());
  }
  list({{"x", "", false}});
  EXPECT_EQ(remove(), (Names{"p"}));
}

TEST_F(PublisherShards, AnotherStreamWaitsForTheLeasesOfTheOneBefore) {
  list({{"a", "", false}});
  EXPECT_FALSE(table.switched(leases));
  create();
  EXPECT_FALSE(table.switched(leases));
  list({{"z", "", false}}, "s2");
  EXPECT_TRUE(table.switched(leases));
  EXPECT_EQ(create(), (Names{"z"}));
  EXPECT_FALSE(table.switched(leases)) << "noticed once";
  EXPECT_EQ(eligible(), (Names{"a"}));
  table.merge_children("s1", {{"b", "a", false}});
  EXPECT_EQ(create(), (Names{"b"})) << "children of the earlier stream are read too";
  finish("a");
  EXPECT_EQ(eligible(), (Names{"b"}));
  finish("b");
  EXPECT_EQ(eligible(), (Names{"z"}));
  EXPECT_TRUE(remove().empty());
  change("z", "1", false, "s2");
  EXPECT_EQ(remove(), (Names{"a"}));
  EXPECT_EQ(remove(), (Names{"b"})) << "parents first";
  EXPECT_TRUE(create().empty());
}

TEST_F(PublisherShards, NothingWaitsForAShardThatWasReadToItsEndAndIsTakenAgainItself) {
  const auto block = [&](const std::string& shard) {
    Lease lease = *leases.find(lease_name({"s1", shard}));
    lease.note = "lost: x; " + std::string{kReadToEnd};
    leases.wrote(lease, {});
  };
  list({{"p", "", true}, {"c", "p", true}});
  create();
  block("p");
  EXPECT_EQ(eligible(), (Names{"c", "p"}));
  list({{"z", "", false}}, "s2");
  create();
  EXPECT_EQ(eligible(), (Names{"c", "p"}));
  block("c");
  EXPECT_EQ(eligible(), (Names{"c", "p", "z"}));
  finish("p");
  finish("c");
  EXPECT_EQ(eligible(), (Names{"z"}));
}

TEST_F(PublisherShards, AfterARestartWithoutTheListingOfTheStreamBeforeItsLeasesAreReadFirst) {
  leases.observe({{"g", lease_name({"s1", "a"}), "", 3, "7", false, ""}}, {});
  list({{"z", "", false}}, "s2");
  EXPECT_TRUE(table.switched(leases));
  create();
  EXPECT_EQ(eligible(), (Names{"a"}));
}

}  // namespace
}  // namespace leftfold::runtime
