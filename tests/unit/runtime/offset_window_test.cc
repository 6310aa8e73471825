// SPDX-License-Identifier: Apache-2.0
#include "runtime/offset_window.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace leftfold::detail {
namespace {

TEST(OffsetWindow, the_watermark_is_below_the_lowest_unfinished_event) {
  OffsetWindow window{Position{10}};
  for (const int p : {11, 12, 13}) window.open(Position{p});
  EXPECT_FALSE(window.finish(Position{12}));
  EXPECT_EQ(window.done(), Position{10});
  EXPECT_EQ(window.span(), 3U);
  EXPECT_TRUE(window.finish(Position{11}));
  EXPECT_EQ(window.done(), Position{12});
  EXPECT_EQ(window.span(), 1U);
  EXPECT_TRUE(window.finish(Position{13}));
  EXPECT_EQ(window.done(), Position{13});
  EXPECT_EQ(window.span(), 0U);
}

TEST(OffsetWindow, positions_may_have_gaps) {
  OffsetWindow window{Position{0}};
  window.open(Position{5});
  window.open(Position{900});
  EXPECT_TRUE(window.finish(Position{5}));
  EXPECT_EQ(window.done(), Position{5});
  EXPECT_TRUE(window.finish(Position{900}));
  EXPECT_EQ(window.done(), Position{900});
}

TEST(OffsetWindow, passed_events_are_finished_in_their_place) {
  OffsetWindow window{Position{0}};
  window.pass(Position{1});
  EXPECT_EQ(window.done(), Position{1});
  window.open(Position{2});
  window.pass(Position{3});
  window.pass(Position{4});
  EXPECT_EQ(window.done(), Position{1});
  EXPECT_EQ(window.span(), 1U);
  EXPECT_TRUE(window.finish(Position{2}));
  EXPECT_EQ(window.done(), Position{4});
  EXPECT_EQ(window.last(), Position{4});
}

// Against the obvious model: the set of unfinished positions.
TEST(OffsetWindow, agrees_with_a_set_of_open_positions_in_any_order_of_completion) {
  std::mt19937 random{7};
  for (int round = 0; round < 200; ++round) {
    OffsetWindow window{Position{0}};
    std::set<std::int64_t> unfinished;
    std::vector<std::int64_t> open;
    std::set<std::int64_t> taken;
    std::int64_t next = 0;
    for (int step = 0; step < 300; ++step) {
      if (open.empty() || random() % 2 == 0) {
        next += 1 + static_cast<std::int64_t>(random() % 3);
        taken.insert(next);
        if (random() % 3 == 0) {
          window.pass(Position{next});
        } else {
          window.open(Position{next});
          open.push_back(next);
          unfinished.insert(next);
        }
      } else {
        const std::size_t at = random() % open.size();
        window.finish(Position{open[at]});
        unfinished.erase(open[at]);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
      }
      std::int64_t done = next;
      if (!unfinished.empty()) {
        const auto first = taken.find(*unfinished.begin());
        done = first == taken.begin() ? 0 : *std::prev(first);
      }
      ASSERT_EQ(window.done(), Position{done});
      ASSERT_EQ(window.last(), Position{next});
    }
  }
}

}  // namespace
}  // namespace leftfold::detail
