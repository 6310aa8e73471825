// Publishing from a store whose events have an order.
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <leftfold/testing/virtual_clock.h>

#include "unit/runtime/publisher_world.h"

namespace leftfold::publisher_test {
namespace {

// A Publisher as users make it, on a thread of its own.
class PublicRun final : public runtime::PublisherRun {
 public:
  explicit PublicRun(std::unique_ptr<Publisher> publisher) : publisher_{std::move(publisher)} {}
  void run(const std::stop_token& stop) override { publisher_->run(stop); }
  [[nodiscard]] PublisherStatus status() const override { return publisher_->status(); }

 private:
  std::unique_ptr<Publisher> publisher_;
};

class PublisherFeed : public PublisherWorld {
 protected:
  std::unique_ptr<Publishing> start_feed() { return start_feed(options()); }
  std::unique_ptr<Publishing> start_feed(PublisherOptions options) {
    return std::make_unique<Publishing>(std::make_unique<PublicRun>(
        std::make_unique<Publisher>(store, [this] { return broker.open(); }, std::move(options))));
  }
};

TEST_F(PublisherFeed, PublishesWhatIsThereAndWhatIsStoredLaterAndGoesOnAfterARestart) {
  store_events("cart-1", 700);
  {
    const auto publisher = start_feed();
    EXPECT_TRUE(all_published());
    store_events("cart-2", 30);
    EXPECT_TRUE(all_published());
    const PublisherStatus status = publisher->status();
    EXPECT_EQ(status.published, 730U);
    EXPECT_TRUE(wait_for([&] { return publisher->status().state == "publishing"; }));
    EXPECT_EQ(publisher->stop(), nullptr);
    EXPECT_EQ(publisher->status().state, "stopped");
  }
  EXPECT_EQ(store.checkpoint("p"), Position{730});
  store_events("cart-1", 5);
  const auto publisher = start_feed();
  EXPECT_TRUE(all_published());
  EXPECT_EQ(publisher->stop(), nullptr);
  EXPECT_EQ(broker.size(), 735U) << "after a drain nothing comes again";
}

TEST_F(PublisherFeed, GoesOnFromTheCheckpointWhenSinksBreak) {
  broker.break_after(40, 6);
  broker.refuse_sinks(2);
  for (int i = 0; i < 60; ++i) store_events("cart-" + std::to_string(i % 5), 5);
  const auto publisher = start_feed();
  EXPECT_TRUE(all_published());
  EXPECT_EQ(broker.sinks(), 7);
  EXPECT_TRUE(wait_for([&] { return store.checkpoint("p") == Position{300}; }));
  EXPECT_TRUE(wait_for([&] { return publisher->status().failure.empty(); }));
}

TEST_F(PublisherFeed, WhileTheBrokerIsAwayNothingMoreIsTaken) {
  broker.go_away();
  store_events("cart-1", 500);
  const auto publisher = start_feed();
  EXPECT_TRUE(wait_for([&] { return publisher->status().on_the_way == 50; }));
  EXPECT_EQ(store.checkpoint("p"), Position::start());
  broker.come_back();
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherFeed, AnEventThatTheBrokerNeverTakesBlocksItsAggregateAndTheCheckpoint) {
  broker.refuse("cart-1", 3);
  store_events("cart-2", 1);
  store_events("cart-1", 6);
  store_events("cart-2", 100);
  {
    const auto publisher = start_feed();
    EXPECT_TRUE(wait_for([&] { return published({{"cart-1", 3}, {"cart-2", 101}}); }));
    EXPECT_TRUE(wait_for([&] { return store.checkpoint("p") == Position{4}; }));
    EXPECT_TRUE(wait_for([&] {
      const PublisherStatus status = publisher->status();
      return status.blocked.size() == 1 && status.blocked[0].aggregate_id == "cart-1" &&
             status.blocked[0].why.find("too large") != std::string::npos;
    }));
    EXPECT_EQ(publisher->stop(), nullptr);
  }
  EXPECT_EQ(store.checkpoint("p"), Position{4});
  broker.refuse_nothing();
  const auto publisher = start_feed();
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return store.checkpoint("p") == Position{107}; }));
}

TEST_F(PublisherFeed, WhatIsBlockedIsTriedAgainEveryMinute) {
  testing::VirtualClock clock;
  MemoryStore timed{clock};
  PublisherOptions minutes = options();
  minutes.clock = &clock;
  broker.refuse("cart-1", 0);
  AppendRequest request;
  request.aggregate_id = "cart-1";
  for (int i = 0; i < 3; ++i) request.events.push_back({Uuid::v7(clock.now()), "Happened", "{}", {}, 1});
  (void)timed.append(request);
  Publisher publisher{timed, [this] { return broker.open(); }, minutes};
  const std::jthread thread{[&](const std::stop_token& stop) { publisher.run(stop); }};
  EXPECT_TRUE(wait_for([&] {
    clock.advance(100ms);  // status() is brought up to date by it
    return publisher.status().blocked.size() == 1;
  }));
  broker.refuse_nothing();
  EXPECT_TRUE(wait_for([&] {
    clock.advance(1s);
    return published({{"cart-1", 3}}) && publisher.status().blocked.empty();
  }));
}

TEST_F(PublisherFeed, OnlySoManyEventsWaitBehindBlockedOnes) {
  PublisherOptions few = options();
  few.most_open = 10;
  broker.refuse("cart-1", 0);
  store_events("cart-1", 10);
  store_events("cart-2", 5);
  const auto publisher = start_feed(few);
  EXPECT_TRUE(wait_for([&] { return publisher->status().blocked.size() == 1; }));
  EXPECT_TRUE(wait_for([&] {
    const PublisherStatus status = publisher->status();
    return status.parts.size() == 1 && status.parts[0].open == 10;
  }));
  EXPECT_EQ(publisher->stop(), nullptr);
  EXPECT_EQ(broker.size(), 0U) << "what comes after them is not taken";
}

TEST_F(PublisherFeed, OrItIsMarked) {
  PublisherOptions mark = options();
  mark.unpublishable = Unpublishable::mark;
  broker.refuse("cart-1", 4);
  store_events("cart-1", 6);
  const auto publisher = start_feed(mark);
  EXPECT_TRUE(all_published());
  std::map<std::string, int> types;
  for (const EventCopy& event : broker.events()) ++types[event.type];
  EXPECT_EQ(types["Happened"], 4);
  EXPECT_EQ(types[std::string{kUnpublished}], 2);
  EXPECT_TRUE(wait_for([&] { return store.checkpoint("p") == Position{6}; }));
}

TEST_F(PublisherFeed, OfTwoOnePublishesAndTheOtherTakesOver) {
  store_events("cart-1", 50);
  const auto first = start_feed();
  EXPECT_TRUE(all_published());
  const auto second = start_feed();
  EXPECT_TRUE(wait_for([&] { return second->status().state == "waiting"; }));
  store_events("cart-1", 50);
  EXPECT_TRUE(all_published());
  EXPECT_EQ(first->stop(), nullptr);
  store_events("cart-1", 50);
  EXPECT_TRUE(all_published());
  EXPECT_EQ(second->stop(), nullptr);
  EXPECT_EQ(broker.size(), 150U);
}

// What leads to the checkpoint is of no use without the receipts that it waits for.
TEST_F(PublisherFeed, StoppedWithoutADrainItPublishesTheRestAgain) {
  broker.go_away();
  store_events("cart-1", 80);
  PublisherOptions at_once = options();
  at_once.drain = 0ms;
  const auto first = start_feed(at_once);
  EXPECT_TRUE(wait_for([&] { return first->status().on_the_way == 50; }));
  EXPECT_EQ(first->stop(), nullptr);
  EXPECT_EQ(store.checkpoint("p"), Position::start());
  broker.come_back();
  const auto second = start_feed();
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherFeed, WhatItCannotWorkWithIsRefused) {
  const OpenSink open = [this] { return broker.open(); };
  EXPECT_THROW(Publisher(store, nullptr), Error);
  PublisherOptions bad = options();
  bad.name.clear();
  EXPECT_THROW(Publisher(store, open, bad), Error);
  bad = options();
  bad.most_open = 0;
  EXPECT_THROW(Publisher(store, open, bad), Error);
  bad = options();
  bad.lease_expires_after = bad.renew_every;
  EXPECT_THROW(Publisher(store, open, bad), Error);
  PublishedStore lacking = ports();
  lacking.changes = nullptr;
  EXPECT_THROW(Publisher(lacking, open), Error);
  lacking = ports();
  lacking.leases = nullptr;
  EXPECT_THROW(Publisher(lacking, open), Error);
  bad = options();
  bad.from = PublisherOptions::From::poll;
  EXPECT_THROW(Publisher(ports(), open, bad), Error) << "there is no scan";
}

TEST_F(PublisherFeed, RunsOnceAtATime) {
  Publisher publisher{store, [this] { return broker.open(); }, options()};
  store_events("cart-1", 1);
  std::jthread thread{[&](const std::stop_token& stop) { publisher.run(stop); }};
  EXPECT_TRUE(all_published());
  EXPECT_THROW(publisher.run({}), Error);
  thread.request_stop();
  thread.join();
  std::stop_source now;
  now.request_stop();
  publisher.run(now.get_token());
}

}  // namespace
}  // namespace leftfold::publisher_test
