// SPDX-License-Identifier: Apache-2.0
// Waiting: what ends a receipts(), and that it ends.
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <thread>

#include <leftfold/testing/expect.h>

#include "testing/event_sink_cases.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

using std::chrono::seconds;

/// A receipts() for which nothing comes, on a thread of its own and on a clock that stands still: so nothing but what
/// the case does can end it.
class WaitingReceipts {
 public:
  /// `prepare` is called before the wait begins.
  explicit WaitingReceipts(const EventSinkTest& t, const std::function<void(EventSinkTest&)>& prepare = {})
      : test_{t.suite(), clock_} {
    if (prepare) prepare(test_);
    start();
  }

  /// Begins a receipts() and returns once it waits; throws ExpectationFailed when it returns instead.
  void start() {
    std::stop_source returned;
    thread_ =
        std::jthread{[this, returned, deadline = clock_.instant() + kPatience](const std::stop_token& stop) mutable {
          try {
            came_ = test_.take(stop, deadline);
          } catch (...) {
            failure_ = std::current_exception();
          }
          returned.request_stop();
        }};
    expect(clock_.wait_for_waiters(1, returned.get_token()), "receipts() waits while there is none");
  }

  static constexpr seconds kPatience{5};
  [[nodiscard]] VirtualClock& clock() { return clock_; }
  [[nodiscard]] EventSinkTest& test() { return test_; }
  void request_stop() { thread_.request_stop(); }
  /// Waits for the receipts() to return; how many it brought.
  [[nodiscard]] std::size_t join() {
    thread_.join();
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    return came_;
  }

 private:
  VirtualClock clock_;
  EventSinkTest test_;
  std::size_t came_ = 0;
  std::exception_ptr failure_;
  std::jthread thread_;
};

void everything_ends(WaitingReceipts& waiting) {
  waiting.test().sink().wake();
  expect_equal(waiting.join(), 0U, "receipts of a call that was woken");
  waiting.start();  // one wake() ends one call
  waiting.request_stop();
  expect_equal(waiting.join(), 0U, "receipts of a call that was stopped");
  waiting.start();
  waiting.clock().advance(WaitingReceipts::kPatience);
  expect_equal(waiting.join(), 0U, "receipts of a call that came to its deadline");
}

void wake_stop_and_deadline_end_the_wait(EventSinkTest& t) {
  WaitingReceipts waiting{t};
  everything_ends(waiting);
}

void a_receipt_ends_the_wait(EventSinkTest& t) {
  VirtualClock still;
  EventSinkTest test{t.suite(), still};
  for (std::int64_t version = 0; version < 3; ++version) {
    test.send(event_of("a", version));
    expect_equal(test.take({}, still.instant() + seconds{1}), 1U, "receipts, on a clock that stands still");
  }
  test.expect_all_acknowledged();
}

void a_wake_before_counts(EventSinkTest& t) {
  t.sink().wake();
  expect_equal(t.take({}, kNever), 0U, "receipts of a call after wake()");
}

void a_stop_before_counts(EventSinkTest& t) {
  std::stop_source stop;
  stop.request_stop();
  expect_equal(t.take(stop.get_token(), kNever), 0U, "receipts of a call after the stop");
  t.send(event_of("a", 0));
  (void)t.take(stop.get_token(), kNever);
  t.take_all();
  t.expect_all_acknowledged();
}

void a_past_deadline_does_not_wait(EventSinkTest& t) {
  expect_equal(t.take({}, t.clock().instant() - seconds{1}), 0U, "receipts when nothing was sent");
  t.send_range("a", 0, 9);
  (void)t.take({}, t.clock().instant() - seconds{1});
  t.take_all();
  t.expect_all_acknowledged();
}

struct Finally {
  std::function<void()> act;
  ~Finally() { act(); }
};

void wake_comes_from_any_thread(EventSinkTest& t) {
  std::atomic<bool> done = false;
  on_threads(2, [&](int thread) {
    if (thread == 1) {
      while (!done) t.sink().wake();
      return;
    }
    const Finally ends_the_other{[&] { done = true; }};
    for (std::int64_t version = 0; version < 50; ++version) {
      t.send(event_of("a", version));
      (void)t.take({}, kNever);
    }
    t.take_all();
  });
  t.expect_all_acknowledged();
  expect_equal(t.versions_held("a"), versions_between(0, 49), "versions in the broker");
}

void waits_end_in_an_outage(EventSinkTest& t) {
  WaitingReceipts waiting{t, [](EventSinkTest& test) {
                            test.place().cut();
                            test.send_range("a", 0, 4);
                          }};
  everything_ends(waiting);
  waiting.test().place().restore();
  waiting.test().take_all();
  waiting.test().expect_all_acknowledged();
}

constexpr EventSinkCase kCases[] = {
    {"wake, a stop and the deadline end the wait", wake_stop_and_deadline_end_the_wait},
    {"a receipt ends the wait", a_receipt_ends_the_wait},
    {"a wake before receipts counts", a_wake_before_counts},
    {"a stop before receipts counts", a_stop_before_counts},
    {"a deadline in the past does not wait", a_past_deadline_does_not_wait},
    {"wake comes from any thread", wake_comes_from_any_thread},
};

constexpr EventSinkCase kOutageCases[] = {
    {"wake, a stop and the deadline end the wait in an outage", waits_end_in_an_outage},
};

}  // namespace

std::span<const EventSinkCase> sink_waiting_cases() { return kCases; }
std::span<const EventSinkCase> sink_outage_waiting_cases() { return kOutageCases; }

}  // namespace leftfold::inline v0::testing
