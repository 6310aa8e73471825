// SPDX-License-Identifier: Apache-2.0
// Feeds whose events are there when they are appended: what one take() brings is known.
#include <chrono>

#include "testing/event_feed_cases.h"

namespace leftfold::inline v0::testing {
namespace {

using std::chrono::seconds;

const SubscriptionOptions kShared{"group.handler", SubscriptionKind::shared, StartFrom::beginning};
const SubscriptionOptions kLocal{"group.local", SubscriptionKind::local, StartFrom::beginning};

void take_brings_at_most_max(EventFeedTest& t) {
  t.append(7);
  Reader reader = t.read(kShared);
  reader.take_assignment();
  expect(reader.positions().empty(), "a take() of 0 events brings none");
  for (const std::size_t expected : {3U, 3U, 1U, 0U}) {
    expect_equal(reader.take_once(3, {}, t.clock().instant()), expected, "events of one take()");
  }
  expect_positions(reader, 1, 7);
}

void a_page_tells_whether_it_reached_the_end(EventFeedTest& t) {
  t.append(3);
  const auto subscription = t.feed().subscribe(kLocal);
  std::size_t events = 0;
  while (events < 3) {
    const Taken taken = subscription->take(2, {}, t.clock().instant() + std::chrono::seconds{30});
    events += taken.events.size();
    if (!taken.events.empty()) expect_equal(taken.events.at_end(), events == 3, "at_end");
  }
}

void a_past_deadline_takes_what_is_there(EventFeedTest& t) {
  Reader reader = t.read(kShared);
  reader.take_assignment();
  expect_equal(reader.take_once(10, {}, t.clock().instant() - seconds{1}), 0U, "events of an empty feed");
  t.append(3);
  expect_equal(reader.take_once(10, {}, t.clock().instant() - seconds{1}), 3U, "events without waiting");
}

constexpr EventFeedCase kCases[] = {
    {"take brings at most max events", take_brings_at_most_max},
    {"a page tells whether it reached the end", a_page_tells_whether_it_reached_the_end},
    {"a deadline in the past takes what is there", a_past_deadline_takes_what_is_there},
};

}  // namespace

std::span<const EventFeedCase> prompt_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
