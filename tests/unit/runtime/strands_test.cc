// SPDX-License-Identifier: Apache-2.0
#include "runtime/strands.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leftfold::detail {
namespace {

class StrandsTest : public testing::Test {
 protected:
  void push(const std::string& aggregate, std::int64_t position,
            const std::shared_ptr<AssignedPartition>& partition = nullptr) {
    EventPage page;
    RecordedEvent event;
    event.aggregate_id = aggregate;
    event.position = Position{position};
    page.add(event);
    auto shared = std::make_shared<const EventPage>(std::move(page));
    const RecordedEvent* first = &(*shared)[0];
    strands_.push({std::move(shared), first, partition ? partition : partition_});
  }
  [[nodiscard]] Strands::Started start() { return strands_.start(); }
  static std::int64_t position(const Strands::Started& started) { return started.task.event->position.value(); }

  std::shared_ptr<AssignedPartition> partition_ = std::make_shared<AssignedPartition>(Assignment{0, 1, {}});
  Strands strands_;
};

TEST_F(StrandsTest, one_event_of_an_aggregate_runs_at_a_time) {
  push("a", 1);
  push("a", 2);
  const auto first = start();
  EXPECT_EQ(position(first), 1);
  EXPECT_FALSE(strands_.has_ready());
  strands_.finish(*first.strand);
  ASSERT_TRUE(strands_.has_ready());
  EXPECT_EQ(position(start()), 2);
}

TEST_F(StrandsTest, a_strand_queues_behind_the_others_after_each_event) {
  for (const int p : {1, 2}) push("a", p);
  for (const int p : {3, 4}) push("b", p);
  std::vector<std::int64_t> order;
  while (strands_.has_ready()) {
    const auto started = start();
    order.push_back(position(started));
    strands_.finish(*started.strand);
  }
  EXPECT_EQ(order, (std::vector<std::int64_t>{1, 3, 2, 4}));
  EXPECT_EQ(strands_.size(), 0U);
}

TEST_F(StrandsTest, an_event_that_comes_while_its_aggregate_runs_waits) {
  push("a", 1);
  const auto first = start();
  push("a", 2);
  EXPECT_FALSE(strands_.has_ready());
  strands_.finish(*first.strand);
  EXPECT_TRUE(strands_.has_ready());
}

TEST_F(StrandsTest, dropping_a_partition_leaves_the_others_and_what_runs) {
  const auto other = std::make_shared<AssignedPartition>(Assignment{1, 1, {}});
  push("a", 1);
  push("a", 2);
  push("b", 3);
  push("c", 1, other);
  const auto running = start();
  strands_.drop([&](const Task& task) { return task.partition == partition_; });
  ASSERT_TRUE(strands_.has_ready());
  EXPECT_EQ(start().task.partition, other);
  EXPECT_FALSE(strands_.has_ready());
  push("a", 5, other);  // the strand still runs the old event
  EXPECT_FALSE(strands_.has_ready());
  strands_.finish(*running.strand);
  EXPECT_TRUE(strands_.has_ready());
}

TEST_F(StrandsTest, strands_that_come_and_go_keep_their_own_events) {
  for (int round = 0; round < 1000; ++round) {
    const std::string aggregate = "aggregate-" + std::to_string(round);
    push(aggregate, round + 1);
    const auto started = start();
    ASSERT_EQ(*started.strand->aggregate_id, aggregate);
    ASSERT_EQ(position(started), round + 1);
    strands_.finish(*started.strand);
  }
  EXPECT_EQ(strands_.size(), 0U);
}

TEST_F(StrandsTest, one_that_waits_is_ready_when_its_time_comes_and_others_go_on) {
  push("a", 1);
  push("b", 2);
  strands_.wait(start(), Instant{std::chrono::seconds{5}});
  push("a", 3);
  EXPECT_EQ(strands_.next_due(), Instant{std::chrono::seconds{5}});
  const auto other = start();
  EXPECT_EQ(position(other), 2);
  strands_.finish(*other.strand);
  EXPECT_FALSE(strands_.has_ready());
  strands_.wake_due(Instant{std::chrono::milliseconds{4'999}});
  EXPECT_FALSE(strands_.has_ready());
  strands_.wake_due(Instant{std::chrono::seconds{5}});
  ASSERT_TRUE(strands_.has_ready());
  const auto again = start();
  EXPECT_EQ(position(again), 1);  // the one that waited, before the one behind it
  strands_.finish(*again.strand);
  EXPECT_EQ(position(start()), 3);
  EXPECT_EQ(strands_.next_due(), kNever);
}

TEST_F(StrandsTest, those_that_are_blocked_are_ready_together_in_their_order) {
  for (const char* aggregate : {"a", "b", "c"}) push(aggregate, aggregate[0]);
  for (int i = 0; i < 3; ++i) strands_.block(start());
  EXPECT_TRUE(strands_.has_blocked());
  EXPECT_EQ(strands_.waiting(), 3U);
  EXPECT_FALSE(strands_.has_ready());
  strands_.unblock();
  EXPECT_FALSE(strands_.has_blocked());
  for (const char aggregate : {'a', 'b', 'c'}) EXPECT_EQ(position(start()), aggregate);
}

TEST_F(StrandsTest, dropping_what_waits_leaves_no_timer_behind) {
  push("a", 1);
  push("b", 2);
  strands_.wait(start(), Instant{std::chrono::seconds{5}});
  strands_.block(start());
  strands_.drop([](const Task&) { return true; });
  EXPECT_EQ(strands_.size(), 0U);
  EXPECT_EQ(strands_.waiting(), 0U);
  EXPECT_EQ(strands_.next_due(), kNever);
}

TEST_F(StrandsTest, an_event_of_another_assignment_does_not_wait_for_one_that_was_dropped) {
  const auto other = std::make_shared<AssignedPartition>(Assignment{0, 2, {}});
  push("a", 1);
  strands_.wait(start(), Instant{std::chrono::seconds{5}});
  push("a", 1, other);
  strands_.drop([this](const Task& task) { return task.partition == partition_; });
  EXPECT_EQ(strands_.waiting(), 0U);
  ASSERT_TRUE(strands_.has_ready());
  EXPECT_EQ(start().task.partition, other);
}

TEST_F(StrandsTest, only_what_waits_is_dropped_when_asked_so) {
  push("a", 1);
  strands_.wait(start(), Instant{std::chrono::seconds{5}});
  push("b", 2);
  strands_.drop_waiting([](const Task&) { return true; });
  EXPECT_EQ(strands_.size(), 1U);
  EXPECT_EQ(position(start()), 2);
}

}  // namespace
}  // namespace leftfold::detail
