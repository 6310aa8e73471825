// SPDX-License-Identifier: Apache-2.0
// Handlers that take microseconds stay on one worker; the others must be there as soon as one of them takes long.
#include <gtest/gtest.h>

#include "support.h"

namespace leftfold::runtime_test {
namespace {

TEST(ShortHandlers, that_begin_to_hang_do_not_hold_up_the_others) {
  constexpr int kHangs = 1'000'000;
  constexpr int kBefore = 3'000;  // enough to be known as short
  constexpr int kBehind = 300;
  MemoryStore store;
  Recorder listener;
  listener.hold_at = kHangs;
  Runner runner{store};
  runner.add(listener, {.workers = 4});
  Position last;
  for (int n = 0; n < kBefore; ++n) last = append(store, "a" + std::to_string(n % 20), counted(n));
  for (int h = 0; h < 3; ++h) last = append(store, "slow" + std::to_string(h), counted(kHangs));
  for (int n = 0; n < kBehind; ++n) last = append(store, "b" + std::to_string(n % 20), counted(n));
  Running running{runner};
  ASSERT_TRUE(listener.finished.wait_for(kBefore + kBehind));
  for (int h = 0; h < 3; ++h) EXPECT_TRUE(listener.of("slow" + std::to_string(h)).empty());
  listener.release();
  ASSERT_TRUE(running.handled(last));
  EXPECT_FALSE(listener.overlapped);
}

TEST(ShortHandlers, that_come_with_pauses_are_all_handled) {
  MemoryStore store;
  Recorder listener;
  Runner runner{store};
  runner.add(listener, {.workers = 4});
  Running running{runner};
  for (int n = 0; n < 500; ++n) {  // workers fall asleep and are woken each time
    Position last;
    for (int a = 0; a < 5; ++a) last = append(store, "a" + std::to_string(a), counted(n));
    ASSERT_TRUE(running.handled(last));
  }
  EXPECT_EQ(listener.count(), 2'500);
}

}  // namespace
}  // namespace leftfold::runtime_test
