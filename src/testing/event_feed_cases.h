// SPDX-License-Identifier: Apache-2.0
// What the cases of the event feed suite run on.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <leftfold/testing/event_feed_suite.h>
#include <leftfold/testing/virtual_clock.h>

#include "testing/cases_of.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {

/// A subscription as a case uses it: what take() brought is collected, with the assignment it belongs to.
/// One thread at a time, but wake() from any.
class Reader {
 public:
  Reader(std::unique_ptr<Subscription> subscription, const Clock& clock, std::chrono::milliseconds settles)
      : subscription_{std::move(subscription)}, clock_{&clock}, settles_{settles} {}

  /// Takes what is there without waiting, until a call brings nothing; from a feed that settles, what comes until then.
  void take_ready(std::size_t max = 100);
  /// Takes until it has the partition, or until `events` have come since it has; gives up after 30 s of the clock.
  void take_assignment();
  void take_events(std::size_t events, std::size_t max = 100);
  /// One take() into this reader. Returns the number of events it brought.
  std::size_t take_once(std::size_t max, const std::stop_token& stop, Instant deadline);

  [[nodiscard]] bool assigned() const noexcept { return assignment_.epoch != 0; }
  [[nodiscard]] const Assignment& assignment() const noexcept { return assignment_; }
  /// The positions of the events since the assignment or the last forget().
  [[nodiscard]] const std::vector<std::int64_t>& positions() const noexcept { return positions_; }
  void forget() { positions_.clear(); }
  void seek(Position done) { subscription_->seek(assignment_.partition, assignment_.epoch, done); }
  void hold(bool on) { subscription_->hold(assignment_.partition, assignment_.epoch, on); }
  [[nodiscard]] bool checkpoint(Position done);
  void release();
  [[nodiscard]] Subscription& subscription() noexcept { return *subscription_; }

 private:
  void take_for(std::chrono::milliseconds time, std::size_t max);

  std::unique_ptr<Subscription> subscription_;
  const Clock* clock_;
  std::chrono::milliseconds settles_;
  Assignment assignment_;
  std::vector<std::int64_t> positions_;
};

struct FeedUnderTest {
  MakeEventFeed make;
  FeedTraits traits;
};

/// A fresh place with two open handles on it, as two processes have them.
class EventFeedTest {
 public:
  explicit EventFeedTest(const FeedUnderTest& feed, Clock& clock = system_clock())
      : feed_{feed}, clock_{clock}, open_{feed.make(clock)}, first_{open_()} {}

  [[nodiscard]] EventStore& store() { return *first_.store; }
  [[nodiscard]] EventFeed& feed() { return *first_.feed; }
  [[nodiscard]] EventStore& other_store() { return *other().store; }
  [[nodiscard]] EventFeed& other_feed() { return *other().feed; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] const FeedUnderTest& under_test() const { return feed_; }
  /// Appends `count` events, spread over three aggregates.
  void append(int count);
  [[nodiscard]] Reader read(const SubscriptionOptions& options) {
    return Reader{feed().subscribe(options), clock_, feed_.traits.settles};
  }
  [[nodiscard]] Reader read_other(const SubscriptionOptions& options) {
    return Reader{other_feed().subscribe(options), clock_, feed_.traits.settles};
  }
  /// Closes every handle and opens the place again, as after a restart. Readers must have ended.
  void reopen() {
    second_ = {};
    first_ = {};
    first_ = open_();
  }

 private:
  [[nodiscard]] FeedHandle& other() {
    if (second_.feed == nullptr) second_ = open_();
    return second_;
  }

  const FeedUnderTest& feed_;
  Clock& clock_;
  OpenEventFeed open_;
  FeedHandle first_;
  FeedHandle second_;
  int appended_ = 0;
};

/// 1, 2, ... as positions() of a reader.
[[nodiscard]] std::vector<std::int64_t> positions_between(std::int64_t first, std::int64_t last);
/// Throws ExpectationFailed unless the reader got exactly the positions first to last, in order.
void expect_positions(const Reader& reader, std::int64_t first, std::int64_t last,
                      std::source_location where = std::source_location::current());

using EventFeedCase = NamedCheck<EventFeedTest>;

[[nodiscard]] std::span<const EventFeedCase> delivery_cases();
[[nodiscard]] std::span<const EventFeedCase> waiting_cases();
[[nodiscard]] std::span<const EventFeedCase> ownership_cases();
/// For feeds whose events are there when they are appended, and for those whose partition stays with its owner.
[[nodiscard]] std::span<const EventFeedCase> prompt_cases();
[[nodiscard]] std::span<const EventFeedCase> turn_cases();

}  // namespace leftfold::inline v0::testing
