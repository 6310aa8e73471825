// SPDX-License-Identifier: Apache-2.0
// Outages: nothing is lost, nothing is out of order, nothing hangs.
#include <chrono>
#include <map>
#include <string>

#include <leftfold/testing/expect.h>

#include "testing/event_sink_cases.h"

namespace leftfold::inline v0::testing {
namespace {

using Repeats = EventSinkTest::Repeats;

void expect_held(EventSinkTest& t, std::string_view aggregate, std::int64_t last) {
  const Repeats repeats = t.options().recognises_repeats ? Repeats::kept : Repeats::dropped;
  expect_equal(t.versions_held(aggregate, repeats), versions_between(0, last), "versions in the broker");
}

void an_outage_delays(EventSinkTest& t) {
  t.send_range("a", 0, 9);
  t.take_all();
  t.place().cut();
  t.send_range("a", 10, 29);
  expect_equal(t.take({}, t.clock().instant()), 0U, "receipts in an outage");
  t.place().restore();
  t.take_all();
  t.expect_all_acknowledged();
  expect_held(t, "a", 29);
}

void connections_break_again_and_again(EventSinkTest& t) {
  std::int64_t version = 0;
  for (int round = 0; round < 4; ++round, version += 20) {
    t.send_range("a", version, version + 9);
    t.place().cut();
    t.send_range("a", version + 10, version + 19);
    t.place().restore();
    (void)t.take({}, t.clock().instant() + std::chrono::seconds{60});
  }
  t.take_all();
  t.expect_all_acknowledged();
  expect_held(t, "a", version - 1);
}

void room_runs_out_and_comes_back(EventSinkTest& t) {
  t.place().cut();
  std::int64_t version = 0;
  while (t.try_send(event_of("a", version)) != 0) {
    ++version;
    expect(version <= static_cast<std::int64_t>(t.options().most_room), "the room is bounded");
  }
  t.place().restore();
  (void)t.take({}, t.clock().instant() + std::chrono::seconds{60});
  t.send(event_of("a", version));
  t.take_all();
  t.expect_all_acknowledged();
  expect_held(t, "a", version);
}

void close_ends_in_an_outage(EventSinkTest& t) {
  t.send_range("a", 0, 4);
  t.take_all();
  t.place().cut();
  t.send_range("a", 5, 24);
  t.close(t.clock().instant() + std::chrono::milliseconds{100});
  for (const auto& [ticket, receipt] : t.receipts()) {
    expect_equal(receipt.acknowledged, ticket <= 5, "acknowledged, ticket " + std::to_string(ticket));
  }
  t.place().restore();
  t.expect_no_gap();
  t.open_another();
  t.send_range("a", 5, 24);
  t.take_all();
  t.expect_all_acknowledged();
  t.expect_no_gap();
  expect_equal(t.versions_held("a", Repeats::dropped), versions_between(0, 24), "versions in the broker");
}

// Each owner gives up with everything on the way, and each begins anew with what nobody has acknowledged.
void owners_give_up_in_turn(EventSinkTest& t) {
  constexpr const char* kAggregates[] = {"a", "b", "c"};
  constexpr std::int64_t kLast = 14;
  std::map<std::string, std::int64_t> next;
  for (int owner = 0; owner < 2; ++owner) {
    for (std::int64_t version = 0; version <= kLast; ++version) {
      for (const char* aggregate : kAggregates) {
        if (version >= next[aggregate]) t.send(event_of(aggregate, version));
      }
      if (version == 2 * owner) t.place().cut();
    }
    t.close(t.clock().instant() + std::chrono::milliseconds{100});
    for (const auto& [ticket, event] : t.sent()) {
      if (t.receipts().at(ticket).acknowledged) next[event.aggregate_id] = event.version.next().value();
    }
    t.place().restore();
    t.expect_no_gap();
    t.open_another();
  }
  for (const char* aggregate : kAggregates) t.send_range(aggregate, next[aggregate], kLast);
  t.take_all();
  t.expect_all_acknowledged();
  t.expect_no_gap();
  for (const char* aggregate : kAggregates) {
    expect_equal(t.versions_held(aggregate, Repeats::dropped), versions_between(0, kLast), "versions in the broker");
  }
}

void the_end_comes_in_an_outage(EventSinkTest& t) {
  t.place().cut();
  t.send_range("a", 0, 19);
  t.open_another();
  t.send_range("a", 0, 19);
  t.place().restore();
  t.take_all();
  t.expect_all_acknowledged();
  expect_equal(t.versions_held("a", Repeats::dropped), versions_between(0, 19), "versions in the broker");
}

constexpr EventSinkCase kCases[] = {
    {"an outage delays, and loses and repeats nothing", an_outage_delays},
    {"connections that break again and again change nothing", connections_break_again_and_again},
    {"room runs out in an outage and comes back", room_runs_out_and_comes_back},
    {"close ends in an outage and says what failed", close_ends_in_an_outage},
    {"an end without close does not hang in an outage", the_end_comes_in_an_outage},
    {"owners that give up in turn leave no gap", owners_give_up_in_turn},
};

}  // namespace

std::span<const EventSinkCase> sink_outage_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
