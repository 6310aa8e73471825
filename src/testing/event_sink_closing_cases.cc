// SPDX-License-Identifier: Apache-2.0
// The end of a sink: in peace, at its deadline, without close().
#include <chrono>

#include <leftfold/testing/expect.h>

#include "testing/event_sink_cases.h"

namespace leftfold::inline v0::testing {
namespace {

using std::chrono::seconds;
using Repeats = EventSinkTest::Repeats;

constexpr const char* kAggregates[] = {"a", "b", "c"};

void send_of_each(EventSinkTest& t, std::int64_t versions) {
  for (std::int64_t version = 0; version < versions; ++version) {
    for (const char* aggregate : kAggregates) t.send(event_of(aggregate, version));
  }
}

void close_waits_for_what_is_on_the_way(EventSinkTest& t) {
  send_of_each(t, 15);
  t.close(t.clock().instant() + seconds{60});
  t.expect_all_acknowledged();
  for (const char* aggregate : kAggregates) {
    expect_equal(t.versions_held(aggregate), versions_between(0, 14), "versions in the broker");
  }
}

void close_is_the_end(EventSinkTest& t) {
  t.send(event_of("a", 0));
  t.close(t.clock().instant() + seconds{60});
  const EventCopy event = event_of("a", 1);
  expect_error(Errc::stopped, [&] { (void)t.sink().send(event.view()); }, "a send() after close()");
  expect_equal(t.take({}, kNever), 0U, "receipts after close()");
  t.close(t.clock().instant());
  t.expect_all_acknowledged();
  expect_equal(t.versions_held("a"), "0", "versions in the broker");
}

void close_of_an_unused_sink(EventSinkTest& t) {
  t.close(kNever);
  expect_equal(t.receipts().size(), 0U, "receipts");
}

// What the next owner does: it sends again whatever was not acknowledged, and all that follows it in its aggregate.
void close_gives_the_rest_up(EventSinkTest& t) {
  send_of_each(t, 15);
  t.close(t.clock().instant());
  t.expect_no_gap();
  std::map<std::string, std::int64_t> from;
  for (const auto& [ticket, event] : t.sent()) {
    if (t.receipts().at(ticket).acknowledged) continue;
    from.try_emplace(event.aggregate_id, event.version.value());
  }
  t.open_another();
  for (const auto& [aggregate, version] : from) t.send_range(aggregate, version, 14);
  t.take_all();
  t.expect_all_acknowledged();
  t.expect_no_gap();
  for (const char* aggregate : kAggregates) {
    expect_equal(t.versions_held(aggregate, Repeats::dropped), versions_between(0, 14), "versions in the broker");
  }
}

void an_end_without_close(EventSinkTest& t) {
  send_of_each(t, 15);
  t.open_another();
  t.expect_no_gap();
  send_of_each(t, 15);
  t.take_all();
  t.expect_all_acknowledged();
  t.expect_no_gap();
  for (const char* aggregate : kAggregates) {
    expect_equal(t.versions_held(aggregate, Repeats::dropped), versions_between(0, 14), "versions in the broker");
  }
}

constexpr EventSinkCase kCases[] = {
    {"close waits for what is on the way", close_waits_for_what_is_on_the_way},
    {"after close nothing is taken and nothing comes", close_is_the_end},
    {"a sink that was not used closes at once", close_of_an_unused_sink},
    {"close gives up at its deadline what is sent again", close_gives_the_rest_up},
    {"an end without close gives up without waiting", an_end_without_close},
};

}  // namespace

std::span<const EventSinkCase> sink_closing_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
