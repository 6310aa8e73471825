// Outages: nothing is lost, nothing is out of order, nothing hangs.
#include <chrono>

#include <leftfold/testing/expect.h>

#include "testing/event_sink_cases.h"

namespace leftfold::testing {
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
  t.open_another();
  t.send_range("a", 5, 24);
  t.take_all();
  t.expect_all_acknowledged();
  expect_equal(t.versions_held("a", Repeats::dropped), versions_between(0, 24), "versions in the broker");
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
};

}  // namespace

std::span<const EventSinkCase> sink_outage_cases() { return kCases; }

}  // namespace leftfold::testing
