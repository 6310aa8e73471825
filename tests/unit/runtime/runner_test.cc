// What a Runner promises whatever its handlers are.
#include <gtest/gtest.h>

#include <leftfold/memory.h>
#include <leftfold/runner.h>

#include "support.h"

namespace leftfold::runtime_test {
namespace {

TEST(Runner, delivers_to_listeners_and_projectors) {
  MemoryStore store;
  Recorder listener;
  Numbers projector;
  Runner runner{store};
  runner.add(listener).add(projector);
  Position last;
  for (int n = 0; n < 100; ++n) last = append(store, "a" + std::to_string(n % 7), counted(n));

  Running running{runner};
  ASSERT_TRUE(running.handled(last));
  last = append(store, "a0", counted(100));
  ASSERT_TRUE(running.handled(last));
  EXPECT_EQ(text_of(running.stop()), "");

  EXPECT_EQ(listener.count(), 101);
  EXPECT_FALSE(listener.overlapped);
  EXPECT_EQ(projector.numbers, up_to(101));
  EXPECT_EQ(projector.resets, 1);
}

}  // namespace
}  // namespace leftfold::runtime_test
