// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/event_sink_suite.h>

#include <chrono>
#include <utility>

#include <leftfold/testing/expect.h>

#include "testing/event_sink_cases.h"

namespace leftfold::inline v0::testing {
namespace {

// Only a broken sink needs so long.
constexpr std::chrono::seconds kPatience{60};

}  // namespace

EventCopy event_of(std::string_view aggregate_id, std::int64_t version) {
  EventCopy event;
  event.version = Version{version};
  event.committed_at = system_clock().now();
  event.id = Uuid::v7(event.committed_at);
  event.commit_id = event.id;
  event.aggregate_id = aggregate_id;
  event.type = "Happened";
  event.payload = R"({"aggregate":")" + event.aggregate_id + R"(","version":)" + std::to_string(version) + "}";
  return event;
}

std::uint64_t EventSinkTest::try_send(const EventCopy& event) {
  const std::size_t before = sink_->on_the_way();
  const std::uint64_t ticket = sink_->send(event.view());
  expect_equal(sink_->on_the_way(), before + (ticket == 0 ? 0 : 1), "events on the way after send()");
  if (ticket == 0) return 0;
  expect_equal(ticket, sent_.size() + 1, "ticket");
  sent_.emplace(ticket, event);
  return ticket;
}

std::uint64_t EventSinkTest::send(const EventCopy& event, std::source_location where) {
  const std::uint64_t ticket = try_send(event);
  expect(ticket != 0, "there is room for an event", where);
  return ticket;
}

void EventSinkTest::send_range(std::string_view aggregate_id, std::int64_t first, std::int64_t last) {
  for (std::int64_t version = first; version <= last; ++version) send(event_of(aggregate_id, version));
}

std::size_t EventSinkTest::take(const std::stop_token& stop, Instant deadline) {
  const std::vector<SinkReceipt> receipts = sink_->receipts(stop, deadline);
  check(receipts);
  return receipts.size();
}

void EventSinkTest::check(const std::vector<SinkReceipt>& receipts) {
  for (const SinkReceipt& receipt : receipts) {
    expect(sent_.contains(receipt.ticket), "a receipt is of a ticket that was given");
    expect(receipts_.emplace(receipt.ticket, receipt).second, "a ticket has one receipt");
    expect(receipt.acknowledged == receipt.why.empty(), "a receipt says why unless it is acknowledged");
    if (!receipt.acknowledged) expect_equal(receipt.position, Position::start(), "position of what failed");
  }
  expect_equal(sink_->on_the_way(), sent_.size() - receipts_.size(), "events on the way");
}

void EventSinkTest::take_all() {
  const Instant deadline = clock_.instant() + kPatience;
  while (sink_->on_the_way() > 0) {
    expect(clock_.instant() < deadline, "every ticket gets its receipt within 60 s");
    (void)take({}, deadline);
  }
}

void EventSinkTest::close(Instant deadline) {
  check(sink_->close(deadline));
  expect_equal(sink_->on_the_way(), std::size_t{0}, "events on the way after close()");
}

void EventSinkTest::open_another() {
  sink_.reset();
  sink_ = place_.open();
  sent_.clear();
  receipts_.clear();
}

void EventSinkTest::expect_all_acknowledged() const {
  expect_equal(receipts_.size(), sent_.size(), "receipts");
  for (const auto& [ticket, receipt] : receipts_) {
    expect(receipt.acknowledged, "ticket " + std::to_string(ticket) + " is acknowledged; it failed: " + receipt.why);
  }
}

std::string EventSinkTest::versions_held(std::string_view aggregate_id, Repeats repeats) {
  std::string versions;
  Version next{0};
  for (const EventCopy& event : place_.held()) {
    if (event.aggregate_id != aggregate_id) continue;
    if (repeats == Repeats::dropped && event.version != next) continue;
    next = event.version.next();
    versions += (versions.empty() ? "" : " ") + std::to_string(event.version.value());
  }
  return versions;
}

void EventSinkTest::expect_no_gap(std::source_location where) {
  std::map<std::string, std::int64_t> next;
  for (const EventCopy& event : place_.held()) {
    std::int64_t& due = next[event.aggregate_id];
    const std::int64_t version = event.version.value();
    expect(version <= due,
           "version " + std::to_string(version) + " of aggregate " + event.aggregate_id +
               " is not there without version " + std::to_string(due),
           where);
    if (version == due) ++due;
  }
}

std::string versions_between(std::int64_t first, std::int64_t last) {
  std::string versions;
  for (; first <= last; ++first) versions += (versions.empty() ? "" : " ") + std::to_string(first);
  return versions;
}

std::vector<Case> event_sink_suite(MakeSinkPlace make, EventSinkSuiteOptions options) {
  const SinkSuite suite{std::move(make), options};
  std::vector<Case> cases =
      cases_of<EventSinkTest>(suite, {sink_sending_cases(), sink_waiting_cases(), sink_closing_cases()});
  if (options.can_be_cut) {
    std::vector<Case> more = cases_of<EventSinkTest>(suite, {sink_outage_cases(), sink_outage_waiting_cases()});
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace leftfold::inline v0::testing
