// SPDX-License-Identifier: Apache-2.0
// What the cases of the event store suite run on.
#pragma once

#include <span>

#include <leftfold/testing/event_store_suite.h>

#include "testing/requests.h"

namespace leftfold::inline v0::testing {

/// A fresh place with one open handle on it, for one case.
class EventStoreTest {
 public:
  EventStoreTest(const MakeEventStore& make, EventStoreSuiteOptions options)
      : make_{make}, options_{options}, open_{make(system_clock())}, store_{open_()} {}

  [[nodiscard]] EventStore& store() { return *store_; }
  /// One more handle on the same place, as another process has it.
  [[nodiscard]] std::shared_ptr<EventStore> open() const { return open_(); }
  /// Closes every handle of this fixture and opens the place again, as after a restart.
  void reopen() {
    store_.reset();
    store_ = open_();
  }
  /// A fresh place on another clock.
  [[nodiscard]] OpenEventStore make(Clock& clock) const { return make_(clock); }
  [[nodiscard]] const EventStoreSuiteOptions& options() const { return options_; }
  /// Throws ExpectationFailed unless `event` is what `request` asked for at place `i`, as stored by `result`.
  void expect_stored(const RecordedEvent& event, const AppendRequest& request, std::size_t i, const Appended& result,
                     std::source_location where = std::source_location::current()) const {
    testing::expect_stored(event, request, i, result, where, options_);
  }

 private:
  const MakeEventStore& make_;
  const EventStoreSuiteOptions options_;
  OpenEventStore open_;
  std::shared_ptr<EventStore> store_;
};

struct EventStoreCase {
  const char* name;
  void (*run)(EventStoreTest& t);
  enum class Runs { always, when_all_can_be_read, when_all_cannot_be_read } runs = Runs::always;
};

[[nodiscard]] std::span<const EventStoreCase> append_cases();
[[nodiscard]] std::span<const EventStoreCase> read_cases();
[[nodiscard]] std::span<const EventStoreCase> idempotency_cases();
[[nodiscard]] std::span<const EventStoreCase> concurrency_cases();

}  // namespace leftfold::inline v0::testing
