// SPDX-License-Identifier: Apache-2.0
// BatchPublisher: how much of a batch is done, whatever happens on the way.
#include <gtest/gtest.h>

#include <leftfold/batch_publisher.h>
#include <leftfold/error.h>

#include <random>

#include "published_world.h"
#include "support/code_of.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

// A broker whose acknowledgements can be kept back, or fail.
class Moody final : public EventSink {
 public:
  struct Mood {
    bool silent = false;   // nothing is acknowledged
    int fails_after = -1;  // so many more events are acknowledged, then one fails
    std::size_t room = 1'000;
    int closed = 0;
  };
  Moody(MemoryTopic& topic, Clock& clock, Mood& mood) : mood_{mood}, clock_{clock}, sink_{topic, {.clock = &clock}} {}

  std::uint64_t send(const RecordedEvent& event) override {
    if (failed_ || held_ >= mood_.room) return 0;
    if (mood_.silent) return ++held_, ++tickets_;
    if (mood_.fails_after == 0) {
      failed_ = true;
      failure_.push_back({++tickets_, false, 0, {}, "the broker says no"});
      return tickets_;
    }
    if (mood_.fails_after > 0) --mood_.fails_after;
    return ++tickets_, sink_.send(event);
  }
  std::vector<SinkReceipt> receipts(const std::stop_token& stop, Instant deadline) override {
    if (failed_) return std::exchange(failure_, {});
    if (!mood_.silent) return sink_.receipts(stop, deadline);
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    clock_.wait_until(lock, never, stop, deadline);
    return {};
  }
  void wake() noexcept override {}
  std::size_t on_the_way() const override { return held_ + sink_.on_the_way() + failure_.size(); }
  std::vector<SinkReceipt> close(Instant deadline) override {
    ++mood_.closed;
    return sink_.close(deadline);
  }

 private:
  Mood& mood_;
  Clock& clock_;
  MemoryEventSink sink_;
  std::uint64_t tickets_ = 0;
  std::size_t held_ = 0;
  bool failed_ = false;
  std::vector<SinkReceipt> failure_;
};

class Batches : public ::testing::Test {
 protected:
  BatchPublisher publisher(Unpublishable unpublishable = Unpublishable::block) {
    BatchPublisherOptions options;
    options.clock = &world.clock;
    options.unpublishable = unpublishable;
    return BatchPublisher{world.ports(),
                          [this]() -> std::unique_ptr<EventSink> {
                            ++world.sinks;
                            return std::make_unique<Moody>(world.topic, world.clock, mood);
                          },
                          options};
  }
  // The store's events, as a shard tells them, in this order.
  ChangePage page(const std::vector<std::pair<std::string, std::int64_t>>& records) {
    ChangePage page;
    for (const auto& [id, version] : records) {
      const EventPage events = world.store.read_stream(id, Version{version}, 1);
      page.changes.push_back({std::to_string(++sequence), page.events.size(), 1, {}});
      page.events.add(events[0]);
    }
    return page;
  }
  [[nodiscard]] Instant in(std::chrono::milliseconds time) { return world.clock.instant() + time; }

  PublishedWorld world;
  Moody::Mood mood;
  int sequence = 100;
};

TEST_F(Batches, AreDoneWhenTheBrokerHasAcknowledgedThem) {
  world.add("a", 3);
  world.add("b", 1);
  BatchPublisher batches = publisher();
  EXPECT_EQ(batches.publish(page({{"a", 0}, {"b", 0}, {"a", 1}}), in(10s)), 3U);
  EXPECT_EQ(batches.publish(page({{"a", 2}}), in(10s)), 1U);
  EXPECT_EQ(world.published(),
            (std::map<std::string, std::vector<std::int64_t>>{{"a", numbers(0, 3)}, {"b", numbers(0, 1)}}));
  EXPECT_EQ(world.sinks, 1) << "the way to the broker stays open between batches";
  EXPECT_EQ(world.cursor("a"), Version{2});
}

TEST_F(Batches, ArePutIntoTheOrderOfVersions) {
  world.add("a", 5);
  BatchPublisher batches = publisher();
  EXPECT_EQ(batches.publish(page({{"a", 3}, {"a", 1}, {"a", 4}}), in(10s)), 3U);
  EXPECT_EQ(batches.publish(page({{"a", 0}, {"a", 2}}), in(10s)), 2U);
  EXPECT_EQ(world.published().at("a"), numbers(0, 5));
}

TEST_F(Batches, ThatComeAgainAreDroppedAlsoByAnotherProcess) {
  world.add("a", 2);
  EXPECT_EQ(publisher().publish(page({{"a", 0}, {"a", 1}}), in(10s)), 2U);
  EXPECT_EQ(publisher().publish(page({{"a", 0}, {"a", 1}}), in(10s)), 2U);
  EXPECT_EQ(world.topic.size(), 2U);
}

TEST_F(Batches, EndAtTheDeadlineWithNothingOnTheWay) {
  world.add("a", 2);
  mood.silent = true;
  BatchPublisher batches = publisher();
  EXPECT_EQ(batches.publish(page({{"a", 0}, {"a", 1}}), in(10s)), 0U);
  EXPECT_EQ(world.clock.passed(), 10s);
  EXPECT_EQ(mood.closed, 1) << "what is on the way would go out after the answer";
  mood.silent = false;
  EXPECT_EQ(batches.publish(page({{"a", 0}, {"a", 1}}), in(10s)), 2U);
  EXPECT_EQ(world.published().at("a"), numbers(0, 2));
}

TEST_F(Batches, EndAtTheDeadlineAlsoWhenTheBrokerHasNoRoom) {
  world.add("a", 5);
  mood.silent = true;
  mood.room = 2;
  EXPECT_EQ(publisher().publish(page({{"a", 0}, {"a", 1}, {"a", 2}, {"a", 3}}), in(10s)), 0U);
  EXPECT_EQ(world.clock.passed(), 10s);
}

TEST_F(Batches, ThatTheBrokerFailsComeAgainWhole) {
  world.add("a", 4);
  mood.fails_after = 2;
  BatchPublisher batches = publisher();
  EXPECT_EQ(
      test_support::code_of([&] { (void)batches.publish(page({{"a", 0}, {"a", 1}, {"a", 2}, {"a", 3}}), in(10s)); }),
      Errc::unavailable);
  mood.fails_after = -1;
  EXPECT_EQ(batches.publish(page({{"a", 0}, {"a", 1}, {"a", 2}, {"a", 3}}), in(10s)), 4U);
  std::vector<std::int64_t> firsts;
  const auto published = world.published();
  for (const std::int64_t version : published.at("a")) {
    if (std::find(firsts.begin(), firsts.end(), version) == firsts.end()) firsts.push_back(version);
  }
  EXPECT_EQ(firsts, numbers(0, 4));
}

TEST_F(Batches, StopAtAnEventThatCannotBePublishedAndTheRestOfOthersIsSent) {
  world.add("a", 1);
  append(world.store, "a",
         {Uuid::v7(system_clock().now()), "Counted", "{\"t\":\"" + std::string(2'000'000, 'x') + "\"}", {}, 1});
  world.add("b", 2);
  BatchPublisher batches = publisher();
  for (int again = 0; again < 3; ++again) {
    EXPECT_EQ(batches.publish(page({{"a", 0}, {"b", 0}, {"a", 1}, {"b", 1}}), in(10s)), 2U);
  }
  EXPECT_EQ(world.published(),
            (std::map<std::string, std::vector<std::int64_t>>{{"a", numbers(0, 1)}, {"b", numbers(0, 2)}}));
  EXPECT_LT(world.clock.passed(), 1s) << "nothing comes of waiting for it";
}

TEST_F(Batches, MarkAnEventThatCannotBePublishedWhenToldTo) {
  world.add("a", 1);
  append(world.store, "a",
         {Uuid::v7(system_clock().now()), "Counted", "{\"t\":\"" + std::string(2'000'000, 'x') + "\"}", {}, 1});
  BatchPublisher batches = publisher(Unpublishable::mark);
  EXPECT_EQ(batches.publish(page({{"a", 0}, {"a", 1}}), in(10s)), 2U);
  ASSERT_EQ(world.topic.size(), 2U);
  EXPECT_EQ(world.topic.events()[1].aggregate_id, "a");
  EXPECT_EQ(world.topic.events().back().type, kUnpublished);
}

TEST_F(Batches, WaitForAVersionThatTheStoreDoesNotShowYetUntilTheDeadline) {
  world.add("a", 1);
  ChangePage early = page({{"a", 0}});
  EventCopy later{early.events[0]};
  later.version = Version{2};
  early.changes.push_back({"999", 1, 1, {}});
  early.events.add(later.view());
  BatchPublisher batches = publisher();
  EXPECT_EQ(batches.publish(early, in(10s)), 1U);
  EXPECT_EQ(world.published().at("a"), numbers(0, 1));
}

TEST_F(Batches, NeedAStoreCursorsAndABroker) {
  EXPECT_EQ(test_support::code_of([&] { BatchPublisher none{PublishedStore{}, world.open_sink()}; }),
            Errc::invalid_argument);
  EXPECT_EQ(test_support::code_of([&] { BatchPublisher none{world.ports(), {}}; }), Errc::invalid_argument);
}

TEST_F(Batches, OfRandomHistoriesAndBrokersArePublishedInOrder) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const auto below = [&random](unsigned n) { return static_cast<int>(random() % n); };
    PublishedWorld other;
    mood = {};
    std::vector<std::pair<std::string, std::int64_t>> records;
    for (int i = 0; i < 60; ++i) {
      const std::string id = "a" + std::to_string(below(5));
      other.add(id, 1);
      records.emplace_back(
          id, std::count_if(records.begin(), records.end(), [&id](const auto& r) { return r.first == id; }));
    }
    std::shuffle(records.begin(), records.end(), random);
    BatchPublisherOptions options;
    options.clock = &other.clock;
    std::optional<BatchPublisher> batches;
    for (std::size_t at = 0; at < records.size();) {
      if (!batches || below(6) == 0) {
        batches.emplace(
            other.ports(),
            [&]() -> std::unique_ptr<EventSink> { return std::make_unique<Moody>(other.topic, other.clock, mood); },
            options);
      }
      ChangePage page;
      const std::size_t end = std::min(records.size(), at + 1 + static_cast<std::size_t>(below(12)));
      for (std::size_t i = at; i < end; ++i) {
        page.changes.push_back({std::to_string(i), page.events.size(), 1, {}});
        page.events.add(other.store.read_stream(records[i].first, Version{records[i].second}, 1)[0]);
      }
      mood.silent = below(5) == 0;
      mood.fails_after = below(4) == 0 ? below(8) : -1;
      try {
        at += batches->publish(page, other.clock.instant() + 5s);
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), Errc::unavailable) << error.what();
      }
    }
    for (const auto& [id, versions] : other.published()) {
      std::vector<std::int64_t> firsts;
      for (const std::int64_t version : versions) {
        if (std::find(firsts.begin(), firsts.end(), version) == firsts.end()) firsts.push_back(version);
      }
      const auto stored = std::count_if(records.begin(), records.end(),
                                        [&name = id](const auto& record) { return record.first == name; });
      EXPECT_EQ(firsts, numbers(0, static_cast<std::int64_t>(stored))) << id;
    }
  }
}

}  // namespace
}  // namespace leftfold::runtime_test
