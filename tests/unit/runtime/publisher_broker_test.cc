// SPDX-License-Identifier: Apache-2.0
// Publishing while the broker breaks, goes away or refuses an event.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "unit/runtime/publisher_world.h"

namespace leftfold::publisher_test {
namespace {

class PublisherBroker : public PublisherWorld {
 protected:
  PublisherBroker() { stream.add_shard("a"); }
};

TEST_F(PublisherBroker, GoesOnFromWhatIsSettledWhenSinksBreak) {
  stream.read_at_most(7);
  broker.break_after(23, 8);
  for (int i = 0; i < 10; ++i) {
    write("a", "cart-1", 17);
    write("a", "cart-2", 13);
  }
  const auto publisher = start();
  EXPECT_TRUE(all_published());
  EXPECT_EQ(broker.sinks(), 9);
  EXPECT_TRUE(wait_for([&] { return publisher->status().failure.empty(); })) << "it goes on since";
}

TEST_F(PublisherBroker, ABrokerThatCannotBeReachedAtFirstIsWaitedFor) {
  broker.refuse_sinks(3);
  write("a", "cart-1", 5);
  const auto publisher = start();
  EXPECT_TRUE(wait_for([&] { return publisher->status().state == "broken"; }));
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return publisher->status().state == "publishing"; }));
}

TEST_F(PublisherBroker, WhileItIsAwayNothingIsLostAndMemoryIsBounded) {
  broker.go_away();
  stream.read_at_most(100);
  PublisherOptions few = options();
  few.most_open = 200;
  for (int i = 0; i < 40; ++i) write("a", "cart-" + std::to_string(i), 50);
  const auto publisher = start("w1", few);
  EXPECT_TRUE(wait_for([&] { return publisher->status().on_the_way == 50; })) << "the sink's room is used up";
  const int reads = stream.reads();
  EXPECT_LE(reads, 8) << "a page in hand and two in the queue; an empty one or two before the first";
  EXPECT_TRUE(wait_for([&] { return publisher->status().oldest > 0ms; }));
  EXPECT_TRUE(wait_for([&] { return lease_of("a").counter > 5; })) << "its lease is renewed all the while";
  broker.come_back();
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherBroker, AShardIsDoneOnlyWhenItsLastEventIsAcknowledged) {
  broker.go_away();
  write("a", "cart-1", 30);
  stream.close("a");
  PublisherOptions at_once = options();
  at_once.drain = 0ms;
  {
    const auto killed = start("w1", at_once);
    EXPECT_TRUE(wait_for([&] { return killed->status().on_the_way == 30; }));
    const std::int64_t counter = lease_of("a").counter;
    EXPECT_TRUE(wait_for([&] { return lease_of("a").done || lease_of("a").counter > counter + 3; }));
    EXPECT_FALSE(lease_of("a").done);
    EXPECT_EQ(killed->stop(), nullptr);
  }
  EXPECT_FALSE(lease_of("a").done);
  broker.come_back();
  const auto next = start("w2", at_once);
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return lease_of("a").done; }));
}

TEST_F(PublisherBroker, AnEventThatItNeverTakesBlocksItsAggregateAlone) {
  broker.refuse("cart-1", 3);
  write("a", "cart-1", 6);
  write("a", "cart-2", 20);
  const auto publisher = start();
  EXPECT_TRUE(wait_for([&] { return published({{"cart-1", 3}, {"cart-2", 20}}); }));
  EXPECT_TRUE(wait_for([&] {
    const PublisherStatus status = publisher->status();
    return status.blocked.size() == 1 && status.blocked[0].aggregate_id == "cart-1";
  }));
  EXPECT_EQ(publisher->stop(), nullptr);
  EXPECT_NE(lease_of("a").checkpoint, "26") << "what is blocked is read again";
  broker.refuse_nothing();
  const auto again = start();
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return lease_of("a").checkpoint == "26"; }));
}

TEST_F(PublisherBroker, OrIsMarkedWhereThatIsWanted) {
  broker.refuse("cart-1", 3);
  write("a", "cart-1", 6);
  PublisherOptions mark = options();
  mark.unpublishable = Unpublishable::mark;
  const auto publisher = start("w1", mark);
  EXPECT_TRUE(all_published());
  std::map<std::string, int> types;
  for (const EventCopy& event : broker.events()) ++types[event.type];
  EXPECT_EQ(types["Happened"], 3);
  EXPECT_EQ(types[std::string{kUnpublished}], 3);
}

}  // namespace
}  // namespace leftfold::publisher_test
