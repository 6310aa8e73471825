// SPDX-License-Identifier: Apache-2.0
// A publishing thread shows that it is alive, and how old what waits is, whatever it waits for.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <leftfold/metrics.h>

#include "runtime/publisher/feed_publisher.h"
#include "unit/runtime/publisher_world.h"

namespace leftfold::publisher_test {
namespace {

class PublisherTurns : public PublisherWorld {
 protected:
  PublisherTurns() { stream.add_shard("a"); }

  // Nothing else ends a wait within the test.
  [[nodiscard]] PublisherOptions rare() {
    PublisherOptions options = this->options();
    options.checkpoint_every = 1h;
    options.metrics = &metrics;
    return options;
  }
  std::unique_ptr<Publishing> start_feed() {
    return std::make_unique<Publishing>(
        std::make_unique<runtime::FeedPublisher>(store, [this] { return broker.open(); }, rare()));
  }
  [[nodiscard]] static bool goes_on_turning(const Publishing& publisher) {
    const std::uint64_t turns = publisher.status().turns;
    return wait_for([&] { return publisher.status().turns >= turns + 2; });
  }
  [[nodiscard]] bool tells_how_old_it_is() const {
    return wait_for([&] {
      const std::string text = metrics.prometheus();
      const std::string name = "\nleftfold_publisher_oldest_seconds{publisher=\"p\"} ";
      const std::size_t at = text.find(name);
      return at != std::string::npos && std::stod(text.substr(at + name.size())) > 0;
    });
  }

  Metrics metrics;
};

TEST_F(PublisherTurns, GoOnWhenThereIsNothingToDo) {
  const auto publisher = start("w1", rare());
  EXPECT_TRUE(goes_on_turning(*publisher));
}

TEST_F(PublisherTurns, GoOnWhileTheSinkHasNoRoom) {
  broker.go_away();
  write("a", "cart-1", 200);
  const auto publisher = start("w1", rare());
  EXPECT_TRUE(wait_for([&] { return publisher->status().on_the_way == 50; }));
  EXPECT_TRUE(goes_on_turning(*publisher));
  EXPECT_TRUE(tells_how_old_it_is());
  broker.come_back();
  EXPECT_TRUE(all_published());
}

TEST_F(PublisherTurns, GoOnWhileNoSinkCanBeOpened) {
  broker.refuse_sinks(1'000'000);
  const auto publisher = start("w1", rare());
  EXPECT_TRUE(goes_on_turning(*publisher));
}

TEST_F(PublisherTurns, OfAFeedGoOnWhenThereIsNothingToDo) {
  const auto publisher = start_feed();
  EXPECT_TRUE(goes_on_turning(*publisher));
}

TEST_F(PublisherTurns, OfAFeedGoOnWhileTheSinkHasNoRoom) {
  broker.go_away();
  store_events("cart-1", 200);
  const auto publisher = start_feed();
  EXPECT_TRUE(wait_for([&] { return publisher->status().on_the_way == 50; }));
  EXPECT_TRUE(goes_on_turning(*publisher));
  EXPECT_TRUE(tells_how_old_it_is());
  broker.come_back();
  EXPECT_TRUE(all_published());
}

}  // namespace
}  // namespace leftfold::publisher_test
