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

namespace leftfold::testing {

/// A subscription as a case uses it: what take() brought is collected, with the assignment it belongs to.
/// One thread at a time, but wake() from any.
class Reader {
 public:
  explicit Reader(std::unique_ptr<Subscription> subscription, const Clock& clock)
      : subscription_{std::move(subscription)}, clock_{&clock} {}

  /// Takes what is there without waiting, until a call brings nothing.
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
  [[nodiscard]] bool checkpoint(Position done);
  void release();
  [[nodiscard]] Subscription& subscription() noexcept { return *subscription_; }

 private:
  std::unique_ptr<Subscription> subscription_;
  const Clock* clock_;
  Assignment assignment_;
  std::vector<std::int64_t> positions_;
};

/// A fresh place with two open handles on it, as two processes have them.
class EventFeedTest {
 public:
  explicit EventFeedTest(const MakeEventFeed& make, Clock& clock = system_clock())
      : make_{make}, clock_{clock}, open_{make(clock)}, first_{open_()} {}

  [[nodiscard]] EventStore& store() { return *first_.store; }
  [[nodiscard]] EventFeed& feed() { return *first_.feed; }
  [[nodiscard]] EventStore& other_store() { return *other().store; }
  [[nodiscard]] EventFeed& other_feed() { return *other().feed; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] const MakeEventFeed& make() const { return make_; }
  /// Appends `count` events, spread over three aggregates.
  void append(int count);
  [[nodiscard]] Reader read(const SubscriptionOptions& options) { return Reader{feed().subscribe(options), clock_}; }
  [[nodiscard]] Reader read_other(const SubscriptionOptions& options) {
    return Reader{other_feed().subscribe(options), clock_};
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

  const MakeEventFeed& make_;
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

}  // namespace leftfold::testing
