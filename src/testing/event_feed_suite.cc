// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/event_feed_suite.h>

#include <condition_variable>
#include <mutex>
#include <numeric>
#include <utility>

#include "testing/event_feed_cases.h"

namespace leftfold::inline v0::testing {
namespace {

// Only a broken feed waits this long.
constexpr std::chrono::seconds kPatience{30};

std::string list(const std::vector<std::int64_t>& positions) {
  std::string text = "[";
  for (const std::int64_t position : positions) text += (text.size() > 1 ? " " : "") + std::to_string(position);
  return text + "]";
}

}  // namespace

std::size_t Reader::take_once(std::size_t max, const std::stop_token& stop, Instant deadline) {
  const Taken taken = subscription_->take(max, stop, deadline);
  expect(taken.revoked.empty(), "no partition is revoked while its owner lives");
  for (const Assignment& assignment : taken.assigned) {
    expect_equal(assignment.partition, 0, "partition");
    expect(assignment.epoch > assignment_.epoch, "the epoch grows with every assignment");
    assignment_ = assignment;
    positions_.clear();
  }
  expect(taken.events.size() <= max, "take() brings at most max events");
  for (const RecordedEvent& event : taken.events) {
    expect(assigned(), "assignments come before the first event");
    positions_.push_back(event.position.value());
  }
  return taken.events.size();
}

void Reader::take_ready(std::size_t max) {
  if (settles_ > settles_.zero()) {
    take_for(settles_, max);
    return;
  }
  for (;;) {
    const std::int64_t epoch = assignment_.epoch;
    if (take_once(max, {}, clock_->instant()) == 0 && epoch == assignment_.epoch) return;
  }
}

// On the real clock: nothing tells that nothing comes.
void Reader::take_for(std::chrono::milliseconds time, std::size_t max) {
  std::stop_source over;
  const std::jthread timer{[&over, time](const std::stop_token& ended) {
    std::mutex mutex;
    std::condition_variable_any signal;
    std::unique_lock lock{mutex};
    signal.wait_for(lock, ended, time, [] { return false; });
    over.request_stop();
  }};
  while (!over.stop_requested()) (void)take_once(max, over.get_token(), kNever);
}

void Reader::take_assignment() {
  const Instant deadline = clock_->instant() + kPatience;
  while (!assigned()) {
    expect(clock_->instant() < deadline, "the partition is assigned within 30 s");
    (void)take_once(0, {}, deadline);
  }
}

void Reader::take_events(std::size_t events, std::size_t max) {
  const Instant deadline = clock_->instant() + kPatience;
  while (positions_.size() < events) {
    expect(clock_->instant() < deadline, "the events come within 30 s");
    (void)take_once(max, {}, deadline);
  }
}

bool Reader::checkpoint(Position done) {
  return subscription_->checkpoint(assignment_.partition, assignment_.epoch, done);
}

void Reader::release() { subscription_->release(assignment_.partition, assignment_.epoch); }

void EventFeedTest::append(int count) {
  for (int i = 0; i < count; ++i, ++appended_) {
    must_append(store(),
                new_request("aggregate-" + std::to_string(appended_ % 3), Version{appended_ / 3 - 1}, 1, appended_));
  }
}

std::vector<std::int64_t> positions_between(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> positions(static_cast<std::size_t>(last - first + 1));
  std::iota(positions.begin(), positions.end(), first);
  return positions;
}

void expect_positions(const Reader& reader, std::int64_t first, std::int64_t last, std::source_location where) {
  expect_equal(list(reader.positions()), list(positions_between(first, last)), "positions taken", where);
}

std::vector<Case> event_feed_suite(MakeEventFeed make, FeedTraits traits) {
  const FeedUnderTest feed{std::move(make), traits};
  std::vector<Case> cases = cases_of<EventFeedTest>(feed, {delivery_cases(), waiting_cases(), ownership_cases()});
  const auto add = [&](std::span<const EventFeedCase> group) {
    for (Case& one : cases_of<EventFeedTest>(feed, {group})) cases.push_back(std::move(one));
  };
  if (traits.settles == traits.settles.zero()) add(prompt_cases());
  if (traits.keeps_owner) add(turn_cases());
  return cases;
}

}  // namespace leftfold::inline v0::testing
