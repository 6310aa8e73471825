// SPDX-License-Identifier: Apache-2.0
// Waiting: what ends a take(), and that it ends.
#include <chrono>

#include "testing/event_feed_cases.h"

namespace leftfold::inline v0::testing {
namespace {

using std::chrono::seconds;

const SubscriptionOptions kShared{"group.handler", SubscriptionKind::shared, StartFrom::beginning};
const SubscriptionOptions kLocal{"group.local", SubscriptionKind::local, StartFrom::beginning};

// A take() of a subscription that has its partition and has read everything, on a thread of its own and on a clock that
// stands still: so nothing but what the case does can end it.
class WaitingTake {
 public:
  explicit WaitingTake(EventFeedTest& t, const SubscriptionOptions& options = kShared)
      : test_{t.under_test(), clock_}, reader_{test_.read(options)} {
    test_.append(2);
    reader_.take_events(2);
    reader_.take_ready();
    start(10);
  }

  // Begins a take() of at most `max` events and returns once it waits; throws ExpectationFailed when it returns
  // instead.
  void start(std::size_t max) {
    reader_.forget();
    std::stop_source returned;
    thread_ = std::jthread{
        [this, max, returned, deadline = clock_.instant() + kPatience](const std::stop_token& stop) mutable {
          try {
            reader_.take_once(max, stop, deadline);
          } catch (...) {
            failure_ = std::current_exception();
          }
          returned.request_stop();
        }};
    expect(clock_.wait_for_waiters(1, returned.get_token()), "take() waits while there is nothing to report");
  }

  static constexpr seconds kPatience{5};
  [[nodiscard]] VirtualClock& clock() { return clock_; }
  [[nodiscard]] EventFeedTest& test() { return test_; }
  [[nodiscard]] Subscription& subscription() { return reader_.subscription(); }
  void request_stop() { thread_.request_stop(); }
  // Waits for the take() to return; what it brought.
  [[nodiscard]] const std::vector<std::int64_t>& join() {
    thread_.join();
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    return reader_.positions();
  }

 private:
  VirtualClock clock_;
  EventFeedTest test_;
  Reader reader_;
  std::exception_ptr failure_;
  std::jthread thread_;
};

void an_append_ends_the_wait(EventFeedTest& t) {
  for (const SubscriptionOptions& options : {kShared, kLocal}) {
    WaitingTake take{t, options};
    take.test().append(1);
    const auto& positions = take.join();
    expect_equal(positions.size(), 1U, "events of the take() that waited");
    expect_equal(positions.front(), 3, "position");
  }
}

void wake_ends_the_wait(EventFeedTest& t) {
  WaitingTake take{t};
  take.subscription().wake();
  expect(take.join().empty(), "a take() that was woken brings nothing");
  take.start(10);  // one wake() ends one take()
  take.request_stop();
  (void)take.join();
}

void stop_ends_the_wait(EventFeedTest& t) {
  WaitingTake take{t};
  take.request_stop();
  expect(take.join().empty(), "a take() that was stopped brings nothing");
}

void the_deadline_ends_the_wait(EventFeedTest& t) {
  WaitingTake take{t};
  take.clock().advance(WaitingTake::kPatience);
  expect(take.join().empty(), "a take() that came to its deadline brings nothing");
}

void a_wake_before_take_counts(EventFeedTest& t) {
  Reader reader = t.read(kShared);
  reader.take_assignment();
  reader.subscription().wake();
  expect_equal(reader.take_once(10, {}, kNever), 0U, "events of a take() after wake()");
}

void a_stop_before_take_counts(EventFeedTest& t) {
  std::stop_source stop;
  stop.request_stop();
  Reader waiting = t.read(kShared);
  (void)waiting.take_once(10, stop.get_token(), kNever);
  Reader reader = t.read({"group.another", SubscriptionKind::shared, StartFrom::beginning});
  reader.take_assignment();
  expect_equal(reader.take_once(10, stop.get_token(), kNever), 0U, "events of a take() after the stop");
}

// The Runner takes no events while it has enough of them: that must not become a busy loop.
void a_take_of_no_events_waits(EventFeedTest& t) {
  WaitingTake take{t};
  take.request_stop();
  (void)take.join();
  take.test().append(3);
  take.start(0);
  take.clock().advance(WaitingTake::kPatience);
  expect(take.join().empty(), "a take() of 0 brings no events");
  std::size_t events = 0;
  while (events < 3) events += take.subscription().take(10, {}, kNever).events.size();
  expect_equal(events, 3U, "events of the next takes");
}

void an_append_of_another_handle_arrives(EventFeedTest& t) {
  Reader reader = t.read(kShared);
  reader.take_assignment();
  on_threads(2, [&](int thread) {
    if (thread == 0) {
      reader.take_events(5);
    } else {
      for (int i = 0; i < 5; ++i) must_append(t.other_store(), new_request("a", Version{i - 1}));
    }
  });
  expect_positions(reader, 1, 5);
}

constexpr EventFeedCase kCases[] = {
    {"an append of the process ends the wait at once", an_append_ends_the_wait},
    {"wake ends the wait", wake_ends_the_wait},
    {"a stop ends the wait", stop_ends_the_wait},
    {"the deadline ends the wait", the_deadline_ends_the_wait},
    {"a wake before take counts", a_wake_before_take_counts},
    {"a stop before take counts", a_stop_before_take_counts},
    {"a take of no events waits, brings none and loses none", a_take_of_no_events_waits},
    {"an append through another handle arrives", an_append_of_another_handle_arrives},
};

}  // namespace

std::span<const EventFeedCase> waiting_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
