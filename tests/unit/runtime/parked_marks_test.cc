// SPDX-License-Identifier: Apache-2.0
#include "runtime/parked_marks.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace leftfold::detail {
namespace {

TEST(ParkedMarks, know_what_was_added_and_not_removed) {
  ParkedMarks marks;
  std::set<std::string> model;
  for (int n = 0; n < 20'000; ++n) {  // far more than there are bits, so that they are shared
    const std::string aggregate = "a" + std::to_string(n * 7919 % 6'000);
    if (n % 3 == 2) {
      marks.remove(aggregate);
      model.erase(aggregate);
    } else {
      marks.add(aggregate);
      model.insert(aggregate);
    }
    ASSERT_EQ(marks.contains(aggregate), model.contains(aggregate)) << n;
  }
  for (int n = 0; n < 6'000; ++n) {
    const std::string aggregate = "a" + std::to_string(n);
    EXPECT_EQ(marks.contains(aggregate), model.contains(aggregate)) << aggregate;
  }
}

TEST(ParkedMarks, an_emptied_set_marks_nothing_and_can_be_filled_again) {
  ParkedMarks marks;
  marks.add("a");
  marks.remove("a");
  marks.remove("b");
  EXPECT_FALSE(marks.contains("a"));
  marks.add(std::vector<std::string>{"a", "c"});
  EXPECT_TRUE(marks.contains("a"));
  EXPECT_TRUE(marks.contains("c"));
  EXPECT_FALSE(marks.contains("b"));
}

TEST(ParkedMarks, one_that_stays_is_seen_whatever_others_do) {
  ParkedMarks marks;
  marks.add("stays");
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&marks, t] {
      for (int n = 0; n < 5'000; ++n) {
        const std::string aggregate = std::to_string(t) + "/" + std::to_string(n % 50);
        marks.add(aggregate);
        marks.remove(aggregate);
      }
    });
  }
  for (int n = 0; n < 20'000; ++n) ASSERT_TRUE(marks.contains("stays"));
}

}  // namespace
}  // namespace leftfold::detail
