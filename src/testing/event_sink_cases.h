// SPDX-License-Identifier: Apache-2.0
// What the cases of the event sink suite run on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/testing/event_sink_suite.h>
#include <leftfold/testing/virtual_clock.h>

#include "testing/cases_of.h"

namespace leftfold::inline v0::testing {

/// What a suite's cases share.
struct SinkSuite {
  MakeSinkPlace make;
  EventSinkSuiteOptions options;
};

/// An event whose payload tells its aggregate and version.
[[nodiscard]] EventCopy event_of(std::string_view aggregate_id, std::int64_t version);

/// A fresh place and a sink to it. What is sent is remembered, and every receipt is checked: it is of a ticket that was
/// given, and the only one of it. One thread at a time, but wake() of the sink from any.
class EventSinkTest {
 public:
  explicit EventSinkTest(const SinkSuite& suite, Clock& clock = system_clock())
      : suite_{suite}, clock_{clock}, place_{suite.make(clock)}, sink_{place_.open()} {}

  [[nodiscard]] EventSink& sink() { return *sink_; }
  [[nodiscard]] SinkPlace& place() { return place_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] const SinkSuite& suite() const { return suite_; }
  [[nodiscard]] const EventSinkSuiteOptions& options() const { return suite_.options; }

  /// Sends an event. Returns its ticket, which must be the next one, or 0 when there was no room.
  std::uint64_t try_send(const EventCopy& event);
  /// Sends an event that must be taken.
  std::uint64_t send(const EventCopy& event, std::source_location where = std::source_location::current());
  /// Sends versions first to last of the aggregate.
  void send_range(std::string_view aggregate_id, std::int64_t first, std::int64_t last);

  /// One receipts(). Returns how many came.
  std::size_t take(const std::stop_token& stop, Instant deadline);
  /// Takes receipts until all have come; throws ExpectationFailed after 60 s of the clock.
  void take_all();
  void close(Instant deadline);
  /// Ends the sink and opens another one to the same place; tickets begin anew.
  void open_another();

  /// The receipts of this sink so far, by ticket.
  [[nodiscard]] const std::map<std::uint64_t, SinkReceipt>& receipts() const { return receipts_; }
  /// What was sent to this sink, by ticket.
  [[nodiscard]] const std::map<std::uint64_t, EventCopy>& sent() const { return sent_; }
  void expect_all_acknowledged() const;
  /// The versions of an aggregate that the broker holds, in its order, as "0 1 2"; with Repeats::dropped only those
  /// that follow on the one before, as consumers take them.
  enum class Repeats { kept, dropped };
  [[nodiscard]] std::string versions_held(std::string_view aggregate_id, Repeats repeats = Repeats::kept);
  /// No version of any aggregate is in the broker for the first time before the one below it; each begins with 0.
  void expect_no_gap(std::source_location where = std::source_location::current());

 private:
  void check(const std::vector<SinkReceipt>& receipts);

  const SinkSuite& suite_;
  Clock& clock_;
  SinkPlace place_;
  std::unique_ptr<EventSink> sink_;
  std::map<std::uint64_t, EventCopy> sent_;
  std::map<std::uint64_t, SinkReceipt> receipts_;
};

/// "0 1 2 3"
[[nodiscard]] std::string versions_between(std::int64_t first, std::int64_t last);

using EventSinkCase = NamedCheck<EventSinkTest>;

[[nodiscard]] std::span<const EventSinkCase> sink_sending_cases();
[[nodiscard]] std::span<const EventSinkCase> sink_waiting_cases();
[[nodiscard]] std::span<const EventSinkCase> sink_closing_cases();
/// These cut the place off.
[[nodiscard]] std::span<const EventSinkCase> sink_outage_cases();
[[nodiscard]] std::span<const EventSinkCase> sink_outage_waiting_cases();

}  // namespace leftfold::inline v0::testing
