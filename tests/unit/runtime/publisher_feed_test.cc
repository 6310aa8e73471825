// SPDX-License-Identifier: Apache-2.0
// Publishing from a store whose events have an order.
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <leftfold/testing/virtual_clock.h>

#include "support/code_of.h"
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

// Cannot decode one event, as a file that somebody edited.
class DamagedFeed final : public EventFeed {
 public:
  DamagedFeed(EventFeed& feed, Position damaged) : feed_{feed}, damaged_{damaged} {}
  std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) override {
    return std::make_unique<Damaged>(feed_.subscribe(options), damaged_, options.undecodable);
  }
  Position head(std::int32_t partition) override { return feed_.head(partition); }
  Position checkpoint(std::string_view subscription) override { return feed_.checkpoint(subscription); }

 private:
  class Damaged final : public Subscription {
   public:
    Damaged(std::unique_ptr<Subscription> whole, Position damaged, Undecodable undecodable)
        : whole_{std::move(whole)}, damaged_{damaged}, undecodable_{undecodable} {}
    Taken take(std::size_t max, const std::stop_token& stop, Instant deadline) override {
      Taken taken = whole_->take(max, stop, deadline);
      EventPage events;
      for (const RecordedEvent& event : taken.events) {
        RecordedEvent bare = event;
        if (event.position == damaged_) {
          if (undecodable_ == Undecodable::fail) throw Error{Errc::corrupt, "half an id"};
          bare.type = kUnreadable;
          bare.id = bare.commit_id = Uuid{};
          bare.metadata = R"({"unreadable":"half an id"})";
        }
        events.add(bare);
      }
      taken.events = std::move(events);
      return taken;
    }
    void wake() noexcept override { whole_->wake(); }
    void seek(std::int32_t partition, std::int64_t epoch, Position done) override {
      whole_->seek(partition, epoch, done);
    }
    void hold(std::int32_t partition, std::int64_t epoch, bool on) override { whole_->hold(partition, epoch, on); }
    bool checkpoint(std::int32_t partition, std::int64_t epoch, Position done) override {
      return whole_->checkpoint(partition, epoch, done);
    }
    void release(std::int32_t partition, std::int64_t epoch) override { whole_->release(partition, epoch); }

   private:
    const std::unique_ptr<Subscription> whole_;
    const Position damaged_;
    const Undecodable undecodable_;
  };
  EventFeed& feed_;
  const Position damaged_;
};

TEST_F(PublisherFeed, AnEventThatCannotBeDecodedBlocksItsAggregateOrIsMarked) {
  store_events("cart-1", 3);
  store_events("cart-2", 5);
  DamagedFeed damaged{store, Position{2}};
  const auto start_damaged = [&](PublisherOptions with) {
    return std::make_unique<Publishing>(std::make_unique<PublicRun>(
        std::make_unique<Publisher>(damaged, [this] { return broker.open(); }, std::move(with))));
  };
  {
    const auto publisher = start_damaged(options());
    EXPECT_TRUE(wait_for([&] { return published({{"cart-1", 1}, {"cart-2", 5}}); }));
    EXPECT_TRUE(wait_for([&] {
      const PublisherStatus status = publisher->status();
      return status.blocked.size() == 1 && status.blocked[0].aggregate_id == "cart-1" &&
             status.blocked[0].why.find("half an id") != std::string::npos;
    }));
    EXPECT_EQ(publisher->stop(), nullptr);
    EXPECT_EQ(store.checkpoint("p"), Position{1});
  }
  PublisherOptions mark = options();
  mark.unpublishable = Unpublishable::mark;
  const auto publisher = start_damaged(mark);
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(wait_for([&] { return store.checkpoint("p") == Position{8}; }));
  EXPECT_EQ(publisher->stop(), nullptr);
  for (const EventCopy& event : broker.events()) {
    const bool marked = event.aggregate_id == "cart-1" && event.version == Version{1};
    EXPECT_EQ(event.type, marked ? kUnpublished : "Happened");
    if (!marked) continue;
    EXPECT_NE(event.metadata.find("half an id"), std::string::npos) << event.metadata;
  }
}

TEST_F(PublisherFeed, ASinkThatIsNoneEndsItWithTheReason) {
  store_events("cart-1", 3);
  const OpenSink none = [] { return nullptr; };
  stream.add_shard("a");
  write("a", "cart-2", 3);
  for (const bool from_feed : {true, false}) {
    SCOPED_TRACE(from_feed ? "from a feed" : "from a stream");
    auto publisher = from_feed ? std::make_unique<Publisher>(store, none, options())
                               : std::make_unique<Publisher>(ports(), none, options());
    std::string text;
    EXPECT_EQ(test_support::code_of([&] { publisher->run({}); }, &text), Errc::invalid_argument);
    EXPECT_NE(text.find("returned null"), std::string::npos) << text;
  }
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
