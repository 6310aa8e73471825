// SPDX-License-Identifier: Apache-2.0
// The promises of EventFeed on the real broker.
#include <gtest/gtest.h>

#include <leftfold/testing/event_feed_suite.h>

#include "kafka/published_store.h"
#include "kafka/service.h"
#include "support/suite_gtest.h"

namespace leftfold::test_kafka {
namespace {

// What a case leaves behind ends with it: its topic, and the groups that read it.
struct Place {
  explicit Place(Clock& clock) : topic{1} {
    topic.options().clock = &clock;
    // Members that end are gone at once, those that are killed after this; and checkpoints are committed soon.
    topic.options().properties = {
        {"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}, {"auto.commit.interval.ms", "100"}};
    store = std::make_shared<PublishedStore>(clock, topic.options());
  }
  TestTopic topic;
  std::shared_ptr<PublishedStore> store;
};

// Groups outlive topics, so each case has names of its own: the topic's name before them.
class OwnGroups final : public EventFeed {
 public:
  explicit OwnGroups(std::shared_ptr<Place> place) : place_{std::move(place)}, broker_{place_->topic.options()} {}
  std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) override {
    SubscriptionOptions own = options;
    if (!own.name.empty()) own.name = named(own.name);
    return broker_.subscribe(own);
  }
  bool may_repeat() const noexcept override { return broker_.may_repeat(); }
  Position head(std::int32_t partition) override { return broker_.head(partition); }
  Position checkpoint(std::string_view subscription) override { return broker_.checkpoint(named(subscription)); }

 private:
  [[nodiscard]] std::string named(std::string_view name) const {
    return place_->topic.options().topic + "-" + std::string{name};
  }
  std::shared_ptr<Place> place_;
  KafkaBroker broker_;
};

testing::OpenEventFeed make_feed(Clock& clock) {
  return [place = std::make_shared<Place>(clock)] {
    return testing::FeedHandle{std::make_shared<OwnGroups>(place), place->store};
  };
}

const bool kFeed = test_support::register_suite(
    "KafkaBrokerAsEventFeed",
    testing::event_feed_suite(make_feed, {.keeps_owner = false, .settles = std::chrono::milliseconds{1500}}));

}  // namespace
}  // namespace leftfold::test_kafka
