// SPDX-License-Identifier: Apache-2.0
// A Projector that waits for its circuit breaker is never left waiting, whenever in a turn the breaker's time comes.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "failing_support.h"
#include "fake_read_model.h"

namespace leftfold::runtime_test {
namespace {

using namespace std::chrono_literals;

// A clock that leaps, once, when one thread has looked at it so many times.
class LeapingClock final : public Clock {
 public:
  explicit LeapingClock(testing::VirtualClock& clock) : clock_{clock} {}

  [[nodiscard]] Timestamp now() const override { return clock_.now(); }
  [[nodiscard]] Instant instant() const override {
    if (left_.load() > 0 && std::this_thread::get_id() == thread_.load() && --left_ == 0) clock_.advance(by_);
    return clock_.instant();
  }
  using Clock::wait_until;
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& signal, const std::stop_token& stop,
                  Instant deadline) override {
    clock_.wait_until(lock, signal, stop, deadline);
  }

  void watch_this_thread() { thread_ = std::this_thread::get_id(); }
  void leap_at_look(int look, std::chrono::seconds by) {
    by_ = by;
    left_ = look;
  }
  [[nodiscard]] bool leapt() const { return left_.load() == 0; }

 private:
  testing::VirtualClock& clock_;
  std::atomic<std::thread::id> thread_{};
  mutable std::atomic<int> left_{0};
  std::chrono::nanoseconds by_{};
};

// Hands subscriptions on, and can wake the last one.
class WakingFeed final : public EventFeed {
 public:
  explicit WakingFeed(EventFeed& feed) : feed_{feed} {}
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(const SubscriptionOptions& options) override {
    std::unique_ptr<Subscription> made = feed_.subscribe(options);
    last_ = made.get();
    return made;
  }
  [[nodiscard]] Position head(std::int32_t partition) override { return feed_.head(partition); }
  [[nodiscard]] Position checkpoint(std::string_view subscription) override { return feed_.checkpoint(subscription); }
  void wake() { last_.load()->wake(); }

 private:
  EventFeed& feed_;
  std::atomic<Subscription*> last_{nullptr};
};

struct Table : Projector<TestEvents> {
  Table(FakeReadModel& m, LeapingClock& c) : model{m}, clock{c} {}
  FakeReadModel& read_model() { return model; }
  void reset() { model.clear(); }
  void on(const Counted& event, const EventMetadata&) {
    clock.watch_this_thread();
    model.add(event.n);
  }
  FakeReadModel& model;
  LeapingClock& clock;
};

// A Runner with nothing but its projector: no store that would give it a keeper thread.
struct Alone {
  Alone() {
    RunnerOptions options;
    options.group = "g";
    options.clock = &leaping;
    runner.emplace(feed, options);
    HandlerOptions own;
    own.name = "Table";
    runner->add(table, own);
  }
  [[nodiscard]] SubscriptionStatus status() const { return runner->status().front(); }
  [[nodiscard]] bool holds(std::size_t events) const {
    for (const Instant end = soon(); system_clock().instant() < end; std::this_thread::yield()) {
      if (status().in_flight == events) return wait_for_threads(clock, 2);  // run and poll
    }
    return false;
  }

  mutable testing::VirtualClock clock;
  LeapingClock leaping{clock};
  MemoryStore store{leaping};
  WakingFeed feed{store};
  FakeReadModel model;
  Table table{model, leaping};
  std::optional<Runner> runner;
};

TEST(BreakerWaits, a_projector_goes_on_wherever_in_a_turn_the_breaker_lets_it) {
  for (int look = 1; look <= 20; ++look) {
    Alone alone;
    const Position first = append(alone.store, "a", counted(0));
    Running running{*alone.runner};
    ASSERT_TRUE(running.handled(first));
    CircuitBreaker& breaker = alone.runner->breaker("Table");
    breaker.trip();
    const Position last = append(alone.store, "a", counted(1));
    ASSERT_TRUE(alone.holds(1)) << look;
    alone.leaping.leap_at_look(look, 60s);  // longer than a breaker is open the first time
    alone.feed.wake();
    const auto done = [&] { return alone.status().done >= last; };
    ASSERT_TRUE(wait_for_threads(alone.clock, 2, [&] { return alone.leaping.leapt(); })) << look;
    ASSERT_TRUE(pass_time_until(alone.clock, 2, done, 100ms, 1min)) << "leapt at look " << look;
    EXPECT_EQ(alone.model.rows(), up_to(2)) << look;
    EXPECT_EQ(text_of(running.stop()), "");
  }
}

TEST(BreakerWaits, a_projector_notices_that_a_breaker_was_reset_though_nobody_looks_for_it) {
  Alone alone;
  CircuitBreaker& breaker = alone.runner->breaker("Table");
  breaker.force_open();
  append(alone.store, "a", counted(0));
  const Position last = append(alone.store, "b", counted(1));
  Running running{*alone.runner};
  ASSERT_TRUE(alone.holds(1));
  breaker.reset();
  EXPECT_TRUE(pass_time_until(alone.clock, 2, [&] { return alone.status().done >= last; }, 100ms, 1min));
  EXPECT_EQ(alone.model.rows(), up_to(2));
}

}  // namespace
}  // namespace leftfold::runtime_test
