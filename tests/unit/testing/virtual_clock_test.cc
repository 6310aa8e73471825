// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/virtual_clock.h>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace leftfold::testing {
namespace {

using namespace std::chrono_literals;

// A thread that waits for `ready` on a clock until a deadline.
class Waiter {
 public:
  Waiter(Clock& clock, Instant deadline)
      : thread_{[this, &clock, deadline](const std::stop_token& stop) {
          std::unique_lock lock{mutex_};
          result_ = clock.wait_until(lock, signal_, stop, deadline, [this] { return ready_; });
        }} {}

  void notify() {
    const std::scoped_lock lock{mutex_};
    ready_ = true;
    signal_.notify_all();
  }
  void request_stop() { thread_.request_stop(); }
  [[nodiscard]] bool result() {
    thread_.join();
    return result_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any signal_;
  bool ready_ = false;
  bool result_ = false;
  std::jthread thread_;
};

TEST(VirtualClock, stands_still) {
  VirtualClock clock;
  EXPECT_EQ(clock.now(), clock.now());
  EXPECT_EQ(clock.instant(), clock.instant());
  EXPECT_EQ(clock.now().time_since_epoch(), std::chrono::milliseconds{1893456000000});  // date -ud 2030-01-01 +%s
}

TEST(VirtualClock, advance_moves_both_times) {
  VirtualClock clock{Timestamp{1000ms}};
  const Instant before = clock.instant();
  clock.advance(1500us);
  EXPECT_EQ(clock.now(), Timestamp{1001ms});
  EXPECT_EQ(clock.instant() - before, 1500us);
  clock.advance(500us);
  EXPECT_EQ(clock.now(), Timestamp{1002ms});
}

TEST(VirtualClock, set_now_moves_the_wall_clock_only) {
  VirtualClock clock;
  const Instant before = clock.instant();
  clock.advance(1ms);
  clock.set_now(Timestamp{5ms});
  EXPECT_EQ(clock.now(), Timestamp{5ms});
  EXPECT_EQ(clock.instant() - before, 1ms);
}

TEST(VirtualClock, a_deadline_that_has_come_does_not_wait) {
  VirtualClock clock;
  std::mutex mutex;
  std::condition_variable_any signal;
  std::unique_lock lock{mutex};
  EXPECT_FALSE(clock.wait_until(lock, signal, {}, clock.instant(), [] { return false; }));
  clock.wait_until(lock, signal, {}, clock.instant() - 1s);
  EXPECT_TRUE(lock.owns_lock());
}

// [clock]
TEST(VirtualClock, advance_wakes_those_whose_deadline_has_come) {
  VirtualClock clock;
  Waiter early{clock, clock.instant() + 5s};
  Waiter late{clock, clock.instant() + 10s};
  ASSERT_TRUE(clock.wait_for_waiters(2));
  clock.advance(5s);
  EXPECT_FALSE(early.result());
  ASSERT_TRUE(clock.wait_for_waiters(1));
  clock.advance(5s);
  EXPECT_FALSE(late.result());
}
// [/clock]

TEST(VirtualClock, a_notification_ends_the_wait) {
  VirtualClock clock;
  Waiter waiter{clock, kNever};
  ASSERT_TRUE(clock.wait_for_waiters(1));
  waiter.notify();
  EXPECT_TRUE(waiter.result());
}

TEST(VirtualClock, a_stop_ends_the_wait) {
  VirtualClock clock;
  Waiter waiter{clock, kNever};
  ASSERT_TRUE(clock.wait_for_waiters(1));
  waiter.request_stop();
  EXPECT_FALSE(waiter.result());
}

TEST(VirtualClock, a_stop_ends_the_wait_for_waiters) {
  VirtualClock clock;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(clock.wait_for_waiters(1, stop.get_token()));
}

// Each round races a notification, or a step of time, with the beginning of a wait: one that is lost hangs the test.
TEST(VirtualClock, no_notification_and_no_step_of_time_is_missed) {
  VirtualClock clock;
  for (int round = 0; round < 1000; ++round) {
    Waiter notified{clock, kNever};
    Waiter timed{clock, clock.instant() + 1ms};
    notified.notify();
    clock.advance(1ms);
    EXPECT_TRUE(notified.result());
    EXPECT_FALSE(timed.result());
  }
}

}  // namespace
}  // namespace leftfold::testing
