// SPDX-License-Identifier: Apache-2.0
#include <leftfold/clock.h>

#include <gtest/gtest.h>

#include <thread>

namespace leftfold {
namespace {

using namespace std::chrono_literals;

class SystemClockTest : public testing::Test {
 protected:
  Clock& clock = system_clock();
  std::mutex mutex;
  std::condition_variable_any signal;
};

TEST_F(SystemClockTest, NowIsTheWallClock) {
  const auto before = std::chrono::system_clock::now();
  const Timestamp now = clock.now();
  const auto after = std::chrono::system_clock::now();
  EXPECT_GE(now + 1ms, before);
  EXPECT_LE(now, after);
}

TEST_F(SystemClockTest, InstantNeverGoesBack) {
  Instant last = clock.instant();
  for (int i = 0; i < 1000; ++i) {
    const Instant next = clock.instant();
    ASSERT_GE(next, last);
    last = next;
  }
}

TEST_F(SystemClockTest, WaitReachesItsDeadlineWithTheLockHeld) {
  std::unique_lock lock{mutex};
  const Instant deadline = clock.instant() + 5ms;
  EXPECT_FALSE(clock.wait_until(lock, signal, std::stop_token{}, deadline, [] { return false; }));
  EXPECT_GE(clock.instant(), deadline);
  EXPECT_TRUE(lock.owns_lock());
}

TEST_F(SystemClockTest, APastDeadlineDoesNotWait) {
  std::unique_lock lock{mutex};
  EXPECT_FALSE(clock.wait_until(lock, signal, std::stop_token{}, clock.instant() - 1h, [] { return false; }));
  EXPECT_FALSE(clock.wait_until(lock, signal, std::stop_token{}, Instant::min(), [] { return false; }));
}

TEST_F(SystemClockTest, WhatIsDoneDoesNotWait) {
  std::stop_source stop;
  stop.request_stop();
  std::unique_lock lock{mutex};
  EXPECT_TRUE(clock.wait_until(lock, signal, stop.get_token(), clock.instant() - 1h, [] { return true; }));
}

// Both deadlines: the endless one takes another path and must not overflow into the past.
class WaitTest : public SystemClockTest, public testing::WithParamInterface<bool> {
 protected:
  Instant deadline() const { return GetParam() ? kNever : system_clock().instant() + 1h; }
};

TEST_P(WaitTest, ANotificationWakes) {
  bool ready = false;
  std::unique_lock lock{mutex};
  const std::jthread notifier{[&] {
    const std::lock_guard guard{mutex};  // taken only when the waiter waits
    ready = true;
    signal.notify_all();
  }};
  EXPECT_TRUE(clock.wait_until(lock, signal, std::stop_token{}, deadline(), [&] { return ready; }));
  EXPECT_TRUE(lock.owns_lock());
  lock.unlock();
}

TEST_P(WaitTest, ANotificationEndsTheSingleWaitToo) {
  std::unique_lock lock{mutex};
  const std::jthread notifier{[&] {
    const std::lock_guard guard{mutex};
    signal.notify_all();
  }};
  clock.wait_until(lock, signal, std::stop_token{}, deadline());
  EXPECT_TRUE(lock.owns_lock());
  lock.unlock();
}

TEST_P(WaitTest, AStopWakesWithoutANotification) {
  std::stop_source stop;
  std::unique_lock lock{mutex};
  const std::jthread stopper{[&] {
    {
      const std::lock_guard guard{mutex};
    }  // the waiter waits
    stop.request_stop();
  }};
  EXPECT_FALSE(clock.wait_until(lock, signal, stop.get_token(), deadline(), [] { return false; }));
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_TRUE(lock.owns_lock());
}

TEST_P(WaitTest, AStopRequestedBeforeDoesNotWait) {
  std::stop_source stop;
  stop.request_stop();
  std::unique_lock lock{mutex};
  clock.wait_until(lock, signal, stop.get_token(), deadline());
  EXPECT_FALSE(clock.wait_until(lock, signal, stop.get_token(), deadline(), [] { return false; }));
}

INSTANTIATE_TEST_SUITE_P(Deadline, WaitTest, testing::Bool(),
                         [](const auto& deadline) { return deadline.param ? "Never" : "InAnHour"; });

}  // namespace
}  // namespace leftfold
