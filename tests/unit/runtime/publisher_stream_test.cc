// SPDX-License-Identifier: Apache-2.0
// Publishing from a stream whose shards split, roll over, come late and vanish.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/runtime/publisher_world.h"

namespace leftfold::publisher_test {
namespace {

class PublisherStream : public PublisherWorld {
 protected:
  [[nodiscard]] bool done(const std::string& shard) {
    return wait_for([&] { return lease_of(shard).done; });
  }
};

TEST_F(PublisherStream, PublishesWhatIsThereAndWhatIsStoredLater) {
  stream.add_shard("a");
  write("a", "cart-1", 30);
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  write("a", "cart-1", 5);
  write("a", "cart-2", 40);
  EXPECT_TRUE(all_published());
  EXPECT_EQ(publisher->stop(), nullptr);
  EXPECT_EQ(publisher->status().state, "stopped");
  EXPECT_EQ(lease_of("a").owner, "") << "given back";
  EXPECT_NE(lease_of("a").checkpoint, "");
}

TEST_F(PublisherStream, ARestartGoesOnFromTheCheckpoint) {
  stream.add_shard("a");
  write("a", "cart-1", 20);
  {
    const auto first = start();
    EXPECT_TRUE(all_published());
    EXPECT_EQ(first->stop(), nullptr);
  }
  write("a", "cart-1", 3);
  const auto second = start();
  EXPECT_TRUE(all_published());
  EXPECT_EQ(second->stop(), nullptr);
  EXPECT_EQ(broker.size(), 23U) << "after a drain nothing comes again";
}

TEST_F(PublisherStream, ACommitThatIsOneChangeIsSettledAsOne) {
  stream.add_shard("a");
  stream.put("a", store_events("cart-1", 10));
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return lease_of("a").checkpoint == "1"; }));
}

TEST_F(PublisherStream, ABlockedEventDoesNotHoldBackTheShardsThatFollow) {
  stream.add_shard("a");
  broker.refuse("cart-1", 3);
  write("a", "cart-1", 6);
  write("a", "cart-2", 5);
  stream.split("a", {"b", "c"});
  write("b", "cart-2", 5);
  write("c", "cart-3", 5);
  {
    const auto publisher = start();
    EXPECT_TRUE(wait_for([&] { return published({{"cart-1", 3}, {"cart-2", 10}, {"cart-3", 5}}); }));
    EXPECT_EQ(publisher->stop(), nullptr);
  }
  EXPECT_FALSE(lease_of("a").done) << "it is tried again, by the next one too";
  {
    const auto publisher = start("w2");
    write("b", "cart-3", 5);
    EXPECT_TRUE(wait_for([&] { return published({{"cart-3", 10}}) && !publisher->status().blocked.empty(); }));
    EXPECT_EQ(publisher->stop(), nullptr);
  }
  EXPECT_FALSE(lease_of("a").done);
  broker.refuse_nothing();
  const auto publisher = start("w3");
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(done("a"));
}

TEST_F(PublisherStream, FollowsSplitsAndRollovers) {
  stream.add_shard("a");
  write("a", "cart-1", 10);
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  stream.split("a", {"b", "c"});
  write("b", "cart-1", 10);
  write("c", "cart-2", 10);
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(done("a"));
  stream.split("b", {"d"});
  write("d", "cart-1", 10);
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(done("b"));
}

TEST_F(PublisherStream, ThreeGenerationsThatCameAtOnceAreReadOneAfterTheOther) {
  stream.add_shard("a");
  write("a", "cart-1", 10);
  stream.split("a", {"b"});
  write("b", "cart-1", 10);
  stream.split("b", {"c", "d"});
  write("c", "cart-1", 10);
  write("d", "cart-2", 10);
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(done("a"));
  EXPECT_TRUE(done("b"));
  EXPECT_EQ(publisher->stop(), nullptr);
  EXPECT_FALSE(lease_of("c").done);
}

TEST_F(PublisherStream, AChildThatIsListedBeforeItsParentClosesWaitsForIt) {
  stream.add_shard("a");
  stream.add_shard("b", "a");
  write("a", "cart-1", 10);
  write("b", "cart-1", 10);
  const auto publisher = start();
  EXPECT_TRUE(wait_for([&] { return broker.size() >= 10; }));
  EXPECT_EQ(lease_of("b").owner, "");
  stream.close("a");
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherStream, AChildThatIsListedLateIsAskedForAtTheEndOfItsParent) {
  stream.add_shard("a");
  stream.add_shard("b", "a");
  stream.hide("b");
  write("a", "cart-1", 10);
  stream.close("a");
  write("b", "cart-1", 10);
  PublisherOptions rarely = options();
  rarely.discover_every = 1h;
  const auto publisher = start("w1", rarely);
  EXPECT_TRUE(done("a"));
  EXPECT_TRUE(wait_for([&] { return stream.children_asked() >= 2; }));
  stream.hide("b", false);
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherStream, AClosedLeafWithoutChildrenIsAskedForAgain) {
  stream.add_shard("a");
  write("a", "cart-1", 5);
  stream.close("a");
  const auto publisher = start();
  EXPECT_TRUE(done("a"));
  EXPECT_TRUE(wait_for([&] { return stream.children_asked() >= 3; }));
  stream.add_shard("b", "a");
  write("b", "cart-1", 5);
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherStream, PagesThatComeTwiceArePublishedOnce) {
  stream.add_shard("a");
  stream.repeat_pages("a");
  write("a", "cart-1", 50);
  write("a", "cart-2", 50);
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return publisher->status().dropped >= 50; }));
  EXPECT_EQ(publisher->stop(), nullptr);
  EXPECT_EQ(broker.size(), 100U);
}

TEST_F(PublisherStream, ThousandsOfEmptyPagesBeforeTheEndAreReadThroughAtOnce) {
  stream.add_shard("a");
  stream.empty_pages("a", 10'000);
  write("a", "cart-1", 3);
  stream.close("a");
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  EXPECT_GT(stream.reads(), 10'000);
}

TEST_F(PublisherStream, WaitsForAStreamThatIsNotThereYet) {
  stream.fail_lists(Errc::not_found, 3);
  stream.add_shard("a");
  write("a", "cart-1", 5);
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  EXPECT_GE(stream.lists(), 4);
}

TEST_F(PublisherStream, ReadsThatAreThrottledAreTriedAgain) {
  stream.add_shard("a");
  stream.fail_reads(Errc::throttled, 3);
  write("a", "cart-1", 5);
  const auto publisher = start();
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherStream, WhatDoesNotMendItselfEndsTheRun) {
  stream.add_shard("a");
  stream.fail_reads(Errc::permission_denied, 1);
  const auto publisher = start();
  EXPECT_NE(publisher->wait(), nullptr);
  EXPECT_EQ(publisher->status().state, "stopped");
  EXPECT_EQ(lease_of("a").owner, "") << "others may try";

  stream.fail_lists(Errc::permission_denied, 1);
  EXPECT_NE(start()->wait(), nullptr);
}

TEST_F(PublisherStream, ALeaseDeletedByHandComesBackAndNothingIsLostOrRepeated) {
  stream.add_shard("a");
  write("a", "cart-1", 10);
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] {
    const Lease lease = lease_of("a");
    return lease.checkpoint.empty() || lease_memory.remove(lease);
  }));
  write("a", "cart-1", 10);
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return lease_of("a").checkpoint == "20"; }));
}

TEST_F(PublisherStream, ACursorDeletedByHandCostsRepeatsAlone) {
  stream.add_shard("a");
  write("a", "cart-1", 10);
  {
    const auto first = start();
    EXPECT_TRUE(all_published());
    EXPECT_EQ(first->stop(), nullptr);
  }
  EXPECT_TRUE(cursor_memory.remove("cart-1"));
  write("a", "cart-1", 1);
  const auto second = start();
  EXPECT_TRUE(all_published());
  EXPECT_EQ(second->stop(), nullptr);
  EXPECT_EQ(broker.size(), 21U);
}

}  // namespace
}  // namespace leftfold::publisher_test
