// SPDX-License-Identifier: Apache-2.0
#include "cli/event_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/memory.h>

namespace leftfold::cli {
namespace {

using Numbers = std::vector<std::int64_t>;

struct EventWalkTest : testing::Test {
  /// Positions 1 to `events`, of the streams a and b in turn.
  void fill(std::int64_t events) {
    for (std::int64_t i = 0; i < events; ++i) {
      AppendRequest request;
      request.aggregate_id = i % 2 == 0 ? "a" : "b";
      request.expected = Version{i / 2 - 1};
      request.events.push_back({Uuid::v7(Timestamp{}), "Counted", "{\"n\":" + std::to_string(i + 1) + "}", "", 1});
      ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request)));
    }
  }
  Numbers walk(const EventChoice& choice, std::size_t most = SIZE_MAX) {
    Numbers numbers;
    EventWalk walk{store, nullptr, {}};
    EXPECT_TRUE(walk.run(choice, [&](const RecordedEvent& event) {
      numbers.push_back(choice.stream.empty() ? event.position.value() : event.version.value());
      return numbers.size() < most;
    }));
    return numbers;
  }
  static Numbers counted(std::int64_t first, std::int64_t last) {
    Numbers numbers(static_cast<std::size_t>(last - first + 1));
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
  }
  static EventPlace place(const char* text) { return read_place("--from", text, "a position"); }

  MemoryStore store;
};

TEST_F(EventWalkTest, GivesEveryEventOnceInBothDirections) {
  fill(2501);  // more than two pages
  EXPECT_EQ(walk({}), counted(1, 2501));
  EventChoice back;
  back.reverse = true;
  Numbers reversed = walk(back);
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(reversed, counted(1, 2501));
  back.stream = "a";
  reversed = walk(back);
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(reversed, counted(0, 1250));
}

TEST_F(EventWalkTest, PlacesOfAllAndOfAStream) {
  fill(20);
  EventChoice choice;
  choice.from = place("-3");
  EXPECT_EQ(walk(choice), counted(18, 20));
  choice.to = place("-1");
  EXPECT_EQ(walk(choice), counted(18, 19));
  choice.stream = "b";
  EXPECT_EQ(walk(choice), counted(7, 8));
  choice.from = place("+2");
  choice.to = place("+4");
  EXPECT_EQ(walk(choice), counted(2, 3));
  choice.from = place("end");
  EXPECT_EQ(walk(choice), Numbers{});
}

TEST_F(EventWalkTest, LastEventsFromTheNewestOn) {
  fill(20);
  EventChoice choice;
  choice.reverse = true;
  choice.from = place("-3");
  EXPECT_EQ(walk(choice), (Numbers{20, 19, 18}));
  EXPECT_EQ(walk(choice, 2), (Numbers{20, 19}));
}

TEST_F(EventWalkTest, OfNothing) {
  EXPECT_EQ(walk({}), Numbers{});
  EventChoice choice;
  choice.reverse = true;
  EXPECT_EQ(walk(choice), Numbers{});
  choice.stream = "nobody";
  EXPECT_EQ(walk(choice), Numbers{});
  choice.from = place("-3");
  choice.reverse = false;
  EXPECT_EQ(walk(choice), Numbers{});
}

TEST_F(EventWalkTest, AStopEndsItAndSaysSo) {
  fill(10);
  std::stop_source stop;
  EventWalk walk{store, nullptr, stop.get_token()};
  std::size_t seen = 0;
  EXPECT_FALSE(walk.run({}, [&](const RecordedEvent&) {
    stop.request_stop();
    return ++seen < 100;
  }));
  EXPECT_EQ(seen, 1U);
}

TEST_F(EventWalkTest, LastVersionForAnyLength) {
  EXPECT_EQ(last_version(store, "a"), Version::none());
  for (std::int64_t events = 1; events <= 40; ++events) {
    AppendRequest request;
    request.aggregate_id = "one";
    request.expected = Version{events - 2};
    request.events.push_back({Uuid::v7(Timestamp{}), "Counted", "{}", "", 1});
    ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request)));
    EXPECT_EQ(last_version(store, "one"), Version{events - 1});
  }
}

/// A store without an order: one event can be read, one cannot.
struct TwoEvents final : EventScan {
  ScanPage scan(const ScanPlace& where) override {
    ScanPage page;
    RecordedEvent event;
    event.aggregate_id = where.after.empty() ? "good" : "bad";
    event.version = Version{0};
    event.payload = "{}";
    page.events.add(event);
    if (where.after.empty()) page.next = "more";
    else page.unreadable.push_back({0, "no such attribute"});
    return page;
  }
};

TEST_F(EventWalkTest, AScanGivesWhatCanBeReadAndCountsTheRest) {
  TwoEvents scan;
  EventWalk walk{store, &scan, {}};
  std::vector<std::string> good;
  std::vector<std::string> bad;
  walk.on_unreadable([&](const RecordedEvent& event, const std::string& why) {
    bad.push_back(std::string{event.aggregate_id} + ": " + why);
  });
  EXPECT_TRUE(walk.run({}, [&](const RecordedEvent& event) {
    good.emplace_back(event.aggregate_id);
    return true;
  }));
  EXPECT_EQ(good, std::vector<std::string>{"good"});
  EXPECT_EQ(bad, std::vector<std::string>{"bad: no such attribute"});
  EXPECT_EQ(walk.unreadable(), 1U);
  EventChoice ordered;
  ordered.reverse = true;
  EXPECT_THROW(walk.run(ordered, [](const RecordedEvent&) { return true; }), Error);
}

}  // namespace
}  // namespace leftfold::cli
