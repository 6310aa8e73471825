// SPDX-License-Identifier: Apache-2.0
// From a table through publisher processes to a topic, on real servers. LEFTFOLD_PUBLISHER_EVENTS makes it longer.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <thread>

#include <leftfold/cursor_store.h>
#include <leftfold/lease_store.h>

#include "publisher/expect_published.h"
#include "publisher/published_table.h"

namespace leftfold::test_publisher {
namespace {

using namespace std::chrono_literals;

std::size_t events_wanted(std::size_t otherwise) {
  const char* const text =
      std::getenv("LEFTFOLD_PUBLISHER_EVENTS");  // NOLINT(concurrency-mt-unsafe): no thread sets any
  return text == nullptr ? otherwise : static_cast<std::size_t>(std::stoull(text));
}

TEST(Publisher, BringsEveryEventOfATableToTheTopicInOrder) {
  const std::size_t events = events_wanted(6'000);
  PublishedTable world;
  const auto publisher = world.start();
  world.write(events, events / 100 + 1, 8);
  const Compared compared = world.wait_until_published(600s);
  expect_published(world, compared);
  EXPECT_GE(compared.stored, events - 8);
  EXPECT_EQ(compared.records, compared.stored) << "nothing failed, so nothing should come twice";
  publisher->terminate();
  publisher->wait();
}

TEST(Publisher, GoesOnAfterAStopWithoutSendingAnythingTwice) {
  PublishedTable world;
  world.append("a", 20);
  auto publisher = world.start();
  expect_published(world, world.wait_until_published());
  publisher->terminate();
  publisher->wait();
  world.append("a", 20);
  world.append("b", 5);
  publisher = world.start();
  const Compared compared = world.wait_until_published();
  expect_published(world, compared);
  EXPECT_EQ(compared.records, 45U);
  publisher->terminate();
  publisher->wait();
}

TEST(Publisher, LosesNothingWhenItsProcessesAreKilledAndFrozen) {
  PublishedTable world;
  std::vector<std::unique_ptr<test_support::ChildProcess>> publishers;
  publishers.push_back(world.start());
  publishers.push_back(world.start());
  std::jthread writer{[&] { world.write(events_wanted(4'000), 60, 4); }};
  std::mt19937 random{11};
  for (int round = 0; round < 6; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds{200 + random() % 1'500});  // of real processes: any moment
    auto& victim = publishers[random() % publishers.size()];
    if (round % 3 == 2) {
      victim->freeze();
      std::this_thread::sleep_for(12s);  // longer than its lease
      victim->thaw();
    } else {
      victim->kill();
      victim = world.start();
    }
  }
  writer.join();
  const Compared compared = world.wait_until_published(180s);
  expect_published(world, compared);
  EXPECT_LT(compared.records, compared.stored * 8) << "each loss of a process repeated a history";
}

TEST(Publisher, GoesOnWhenItsCursorsAndLeasesAreDeletedByHand) {
  PublishedTable world;
  world.append("a", 30);
  const auto publisher = world.start();
  expect_published(world, world.wait_until_published());
  DynamoDbStore store{world.table()};
  const PublishedStore ports = store.published();
  EXPECT_TRUE(world.comes_true([&] { return ports.cursors->remove("a"); })) << "its cursor was never stored";
  for (const Lease& lease : ports.leases->list("publisher")) (void)ports.leases->remove(lease);
  world.append("a", 5);
  expect_published(world, world.wait_until_published());
}

TEST(Publisher, TheAggregateOfAnEventThatIsTooLargeWaitsAndOthersGoOn) {
  PublishedTable world;
  world.append("big", 2);
  world.append("big", 1, 300'000);
  world.append("big", 2);
  world.append("small", 20);
  world.settings()["LEFTFOLD_KAFKA__MESSAGE_MAX_BYTES"] = "100000";
  auto publisher = world.start();
  Compared compared;
  (void)world.comes_true([&] {
    compared = world.compare();
    return compared.published >= 22;
  });
  EXPECT_EQ(compared.wrong, "") << world.log();
  EXPECT_EQ(compared.published, 22U) << world.log();
  publisher->terminate();
  publisher->wait();
  EXPECT_NE(world.log().find("big"), std::string::npos) << world.log();

  world.settings()["LEFTFOLD_PUBLISHER_UNPUBLISHABLE"] = "mark";
  publisher = world.start();
  compared = world.wait_until_published();
  expect_published(world, compared);
  EXPECT_EQ(compared.marks, 1U);
}

TEST(PublisherReconcile, PublishesWhatNoStreamTells) {
  PublishedTable world;
  world.write(2'000, 50, 4);
  world.start({"reconcile", "--dry-run"})->wait();
  EXPECT_EQ(world.compare().records, 0U) << world.log();
  world.start({"reconcile"})->wait();
  const Compared compared = world.compare();
  expect_published(world, compared);
  EXPECT_EQ(compared.records, compared.stored);
  world.start({"reconcile"})->wait();
  EXPECT_EQ(world.compare().records, compared.records) << "the second run found something";
}

TEST(PublisherReconcile, BesideAPublisherAndWriters) {
  PublishedTable world;
  world.write(1'500, 40, 4);
  const auto publisher = world.start();
  std::jthread writer{[&] { world.write(1'500, 40, 4, 2); }};
  const auto reconcile = world.start({"reconcile", "--segments", "4"});
  writer.join();
  expect_published(world, world.wait_until_published(180s));
  reconcile->wait();
}

TEST(PublisherReconcile, GoesOnAfterKills) {
  PublishedTable world;
  world.write(3'000, 50, 4);
  std::mt19937 random{5};
  for (int round = 0; round < 4; ++round) {
    const auto reconcile = world.start({"reconcile", "--rate", "300/s"});
    std::this_thread::sleep_for(std::chrono::milliseconds{300 + random() % 700});
    reconcile->kill();
  }
  world.start({"reconcile"})->wait();
  expect_published(world, world.compare());
}

TEST(PublisherSeed, LeavesOutTheHistory) {
  PublishedTable world;
  world.append("a", 10);
  world.start({"seed-cursors", "--yes"})->wait();
  const auto publisher = world.start();
  world.append("a", 2);
  world.append("b", 3);
  (void)world.comes_true([&] { return world.events().size() >= 5; });
  ASSERT_EQ(world.events().size(), 5U) << world.log();
  for (const EventCopy& event : world.events()) {
    EXPECT_TRUE(event.aggregate_id == "b" || event.version >= Version{10}) << event.aggregate_id;
  }
}

TEST(PublisherPoll, PublishesATableByScans) {
  PublishedTable world;
  world.write(500, 20, 2);
  world.settings()["LEFTFOLD_PUBLISHER_FROM"] = "poll";
  const auto publisher = world.start();
  world.write(500, 20, 2, 2);
  expect_published(world, world.wait_until_published());
  publisher->terminate();
  publisher->wait();
}

}  // namespace
}  // namespace leftfold::test_publisher
