// SPDX-License-Identifier: Apache-2.0
// Publishing from a store without a stream, by scanning it again and again.
#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <leftfold/event_scan.h>
#include <leftfold/outbox.h>

#include "unit/runtime/publisher_world.h"

namespace leftfold::publisher_test {
namespace {

// Pages of a few events each, the newest first: in any order, says the port.
class BackwardScan final : public EventScan {
 public:
  explicit BackwardScan(EventStore& store) : store_{store} {}
  ScanPage scan(const ScanPlace& where) override {
    const EventPage all = store_.read_all(Position::start(), 1'000'000);
    ScanPage page;
    std::size_t left = where.after.empty() ? all.size() : std::min(all.size(), std::stoul(where.after));
    for (int i = 0; i < 3 && left > 0; ++i) page.events.add(all[--left]);
    if (left > 0) page.next = std::to_string(left);
    page.events.set_at_end(left == 0);
    return page;
  }

 private:
  EventStore& store_;
};

// Everything in `marked`, until it loses its mark.
class TestOutbox final : public Outbox {
 public:
  explicit TestOutbox(const TestBroker& broker) : broker_{broker} {}
  void add(std::vector<EventCopy> events) {
    const std::scoped_lock lock{mutex_};
    for (EventCopy& event : events) marked_.push_back(std::move(event));
  }
  void fail(int times) {
    const std::scoped_lock lock{mutex_};
    failures_ = times;
  }
  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock{mutex_};
    return marked_.size();
  }
  [[nodiscard]] bool always_acknowledged() const {
    const std::scoped_lock lock{mutex_};
    return acknowledged_;
  }
  EventPage unpublished(std::size_t max) override {
    const std::scoped_lock lock{mutex_};
    EventPage page;
    for (const EventCopy& event : marked_) {
      if (page.size() < max) page.add(event.view());
    }
    return page;
  }
  void mark_published(std::span<const RecordedEvent> events) override {
    const std::vector<EventCopy> there = broker_.events();
    const std::scoped_lock lock{mutex_};
    if (failures_ > 0 && failures_-- > 0) throw Error{Errc::throttled, "not now"};
    for (const RecordedEvent& event : events) {
      const auto same = [&](const EventCopy& one) {
        return one.aggregate_id == event.aggregate_id && one.version == event.version;
      };
      acknowledged_ = acknowledged_ && std::any_of(there.begin(), there.end(), same);
      std::erase_if(marked_, same);
    }
  }

 private:
  const TestBroker& broker_;
  mutable std::mutex mutex_;
  std::vector<EventCopy> marked_;
  bool acknowledged_ = true;
  int failures_ = 0;
};

class PublisherPoll : public PublisherWorld {
 protected:
  [[nodiscard]] PublishedStore polled_ports() {
    PublishedStore all = ports();
    all.changes = nullptr;
    all.scan = &scan;
    all.outbox = &outbox;
    return all;
  }
  [[nodiscard]] PublisherOptions poll_options() const {
    PublisherOptions poll = options();
    poll.from = PublisherOptions::From::poll;
    poll.poll_every = 2ms;
    return poll;
  }
  std::unique_ptr<Publisher> make() {
    return std::make_unique<Publisher>(polled_ports(), [this] { return broker.open(); }, poll_options());
  }
  // Runs until `done` holds.
  template <class Done>
  void run_until(Publisher& publisher, const Done& done) {
    std::jthread thread{[&](const std::stop_token& stop) { publisher.run(stop); }};
    EXPECT_TRUE(wait_for(done));
  }

  BackwardScan scan{store};
  TestOutbox outbox{broker};
};

TEST_F(PublisherPoll, PublishesEverythingOnceHoweverOftenItLooks) {
  store_events("cart-1", 20);
  store_events("cart-2", 20);
  const auto publisher = make();
  run_until(*publisher, [&] { return publisher->status().dropped > 200; });
  EXPECT_TRUE(all_published());
  EXPECT_EQ(broker.size(), 40U);
}

TEST_F(PublisherPoll, WhatIsStoredLaterComesWithALaterRound) {
  const auto publisher = make();
  std::jthread thread{[&](const std::stop_token& stop) { publisher->run(stop); }};
  EXPECT_TRUE(wait_for([&] { return publisher->status().state == "publishing"; }));
  store_events("cart-1", 5);
  EXPECT_TRUE(all_published());
  store_events("cart-1", 5);
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherPoll, OneProcessDoesIt) {
  const auto first = make();
  const auto second = make();
  std::jthread one{[&](const std::stop_token& stop) { first->run(stop); }};
  EXPECT_TRUE(wait_for([&] { return first->status().state == "publishing"; }));
  std::jthread two{[&](const std::stop_token& stop) { second->run(stop); }};
  EXPECT_TRUE(wait_for([&] { return second->status().state == "waiting"; }));
  store_events("cart-1", 5);
  EXPECT_TRUE(all_published());
  one.request_stop();
  one.join();
  store_events("cart-1", 5);
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherPoll, MarkedEventsLoseTheirMarkAfterTheAcknowledgement) {
  broker.break_after(7, 4);
  outbox.fail(2);
  outbox.add(store_events("cart-1", 15));
  outbox.add(store_events("cart-2", 15));
  const auto publisher = make();
  run_until(*publisher, [&] { return outbox.size() == 0; });
  EXPECT_TRUE(all_published());
  EXPECT_TRUE(outbox.always_acknowledged());
}

TEST_F(PublisherPoll, MarkedEventsBehindABlockedOneKeepTheirMark) {
  broker.refuse("cart-1", 2);
  outbox.add(store_events("cart-1", 5));
  const auto publisher = make();
  run_until(*publisher, [&] { return outbox.size() == 3 && publisher->status().dropped > 50; });
  EXPECT_EQ(broker.size(), 2U);
  EXPECT_TRUE(outbox.always_acknowledged());
  EXPECT_EQ(outbox.size(), 3U);
}

TEST_F(PublisherPoll, WhatAStreamLostIsFoundByAScanAndPublished) {
  stream.add_shard("a");
  write("a", "cart-1", 5);
  PublishedStore all = ports();
  all.scan = &scan;
  const auto make_one = [&] { return std::make_unique<Publisher>(all, [this] { return broker.open(); }, options()); };
  const auto first = make_one();
  run_until(*first, [&] { return !lease_of("a").checkpoint.empty(); });
  write("a", "cart-2", 5);
  stream.trim("a");
  const auto second = make_one();
  std::jthread thread{[&](const std::stop_token& stop) { second->run(stop); }};
  EXPECT_TRUE(all_published());
}

}  // namespace
}  // namespace leftfold::publisher_test
