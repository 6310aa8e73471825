// SPDX-License-Identifier: Apache-2.0
// Appending: versions, conflicts, what is stored, what is refused.
#include <chrono>
#include <string>

#include <leftfold/testing/virtual_clock.h>

#include "testing/event_store_cases.h"

namespace leftfold::inline v0::testing {
namespace {

void first_event_is_version_0(EventStoreTest& t) {
  const Appended result = must_append(t.store(), new_request("a", Version::none()));
  expect_equal(result.version, Version{0}, "version");
  expect_equal(result.events, 1U, "events");
  expect_equal(result.repeated, false, "repeated");
}

void versions_follow_without_a_gap(EventStoreTest& t) {
  expect_equal(must_append(t.store(), new_request("a", Version::none(), 3)).version, Version{2}, "after 3 events");
  expect_equal(must_append(t.store(), new_request("b", Version::none(), 1)).version, Version{0}, "another aggregate");
  expect_equal(must_append(t.store(), new_request("a", Version{2}, 2)).version, Version{4}, "after 2 more");
  const auto events = read_whole_stream(t.store(), "a");
  expect_equal(events.size(), 5U, "events of a");
  for (std::size_t i = 0; i < events.size(); ++i) {
    expect_equal(events[i].version, Version{static_cast<std::int64_t>(i)}, "version by place");
  }
}

void events_come_back_as_written(EventStoreTest& t) {
  AppendRequest request = new_request("bestellung-42/ü 日本", Version::none(), 4);
  request.events[0].type = "Größe geändert";
  request.events[0].payload = R"({"text":"ünïcödé 日本語 🛒 \" \\ \n \u0000","n":9223372036854775807,"x":0.1})";
  request.events[0].metadata =
      R"({"correlation_id":"c 1","traceparent":"00-1-2-01","tracestate":"a=1,b=2","header":"wärt"})";
  request.events[0].schema_version = 7;
  request.events[1].payload = "{}";
  request.events[2].metadata = "{}";
  const Appended result = must_append(t.store(), request);
  t.reopen();
  const EventPage page = t.store().read_stream(request.aggregate_id, Version{0}, 100);
  expect_equal(page.size(), request.events.size(), "events");
  for (std::size_t i = 0; i < page.size(); ++i) t.expect_stored(page[i], request, i, result);
}

void a_large_payload_comes_back(EventStoreTest& t) {
  AppendRequest request = new_request("a", Version::none());
  request.events[0].payload = "{\"text\":\"" + std::string(t.options().large_payload_bytes, 'x') + "\"}";
  const Appended result = must_append(t.store(), request);
  const EventPage page = t.store().read_stream("a", Version{0}, 10);
  expect_equal(page.size(), 1U, "events");
  t.expect_stored(page[0], request, 0, result);
}

void a_large_commit_is_stored_whole(EventStoreTest& t) {
  const AppendRequest request = new_request("a", Version::none(), 100);  // the most DynamoDB takes at once
  const Appended result = must_append(t.store(), request);
  expect_equal(result.events, 100U, "events");
  const EventPage page = t.store().read_stream("a", Version{0}, 1000);
  expect_equal(page.size(), 100U, "events read");
  for (std::size_t i = 0; i < page.size(); ++i) t.expect_stored(page[i], request, i, result);
}

void aggregate_ids_differ_by_every_byte(EventStoreTest& t) {
  const std::string longest(kMaxAggregateIdBytes, 'x');
  const std::string ids[] = {
      "a", "A",  "a ",  " a",   "a%",  "a_",    "\xc3\xa4" /* ä */, "a\xcc\x88" /* a and a combining diaeresis */,
      "1", "01", "1.0", "null", "'a'", longest, longest.substr(1)};
  for (const std::string& id : ids) {
    expect_equal(must_append(t.store(), new_request(id, Version::none())).version, Version{0},
                 "first version of " + id);
  }
  t.reopen();
  for (const std::string& id : ids) {
    const EventPage page = t.store().read_stream(id, Version{0}, 10);
    expect_equal(page.size(), 1U, "events of " + id);
    expect_equal(page[0].aggregate_id, id, "aggregate_id");
  }
}

void a_stale_expectation_is_a_conflict(EventStoreTest& t) {
  must_append(t.store(), new_request("a", Version::none(), 3));
  expect_equal(must_conflict(t.store(), new_request("a", Version{0})), Version{2}, "actual");
  expect_equal(must_conflict(t.store(), new_request("a", Version{1}, 5)), Version{2}, "actual");
  expect_equal(read_whole_stream(t.store(), "a").size(), 3U, "events after the conflicts");
}

void expecting_none_of_an_existing_one_is_a_conflict(EventStoreTest& t) {
  must_append(t.store(), new_request("a", Version::none()));
  expect_equal(must_conflict(t.store(), new_request("a", Version::none())), Version{0}, "actual");
  expect_equal(read_whole_stream(t.store(), "a").size(), 1U, "events after the conflict");
}

void expecting_more_than_there_is_is_a_conflict(EventStoreTest& t) {
  expect_equal(must_conflict(t.store(), new_request("a", Version{0})), Version::none(), "actual of a new aggregate");
  must_append(t.store(), new_request("a", Version::none()));
  expect_equal(must_conflict(t.store(), new_request("a", Version{7})), Version{0}, "actual");
  expect_equal(read_whole_stream(t.store(), "a").size(), 1U, "events after the conflict");
}

void a_conflict_leaves_the_aggregate_writable(EventStoreTest& t) {
  must_append(t.store(), new_request("a", Version::none()));
  const Version actual = must_conflict(t.store(), new_request("a", Version::none()));
  expect_equal(must_append(t.store(), new_request("a", actual)).version, Version{1}, "version after loading again");
}

void positions_are_gap_free(EventStoreTest& t) {
  const AppendRequest first = new_request("a", Version::none(), 2);
  expect_equal(must_append(t.store(), first).position, Position{2}, "position of the last of 2 events");
  (void)must_conflict(t.store(), new_request("a", Version::none(), 3));
  expect_equal(must_append(t.store(), new_request("b", Version::none(), 1)).position, Position{3},
               "position after a conflict");
  expect_equal(must_append(t.store(), new_request("a", Version{1}, 2)).position, Position{5}, "position of the last");
  t.reopen();
  expect_equal(must_append(t.store(), new_request("c", Version::none())).position, Position{6},
               "position after reopening");
}

void committed_at_never_decreases(EventStoreTest& t) {
  using std::chrono::milliseconds;
  VirtualClock clock;
  const auto store = t.make(clock)();
  const Timestamp begin = clock.now();
  expect_equal(must_append(*store, new_request("a", Version::none())).committed_at, begin, "committed_at of the first");
  clock.advance(milliseconds{5});
  expect_equal(must_append(*store, new_request("b", Version::none())).committed_at, begin + milliseconds{5},
               "committed_at 5 ms later");
  clock.set_now(begin - std::chrono::hours{1});
  expect_equal(must_append(*store, new_request("c", Version::none(), 2)).committed_at, begin + milliseconds{5},
               "committed_at after the clock went back");
  clock.set_now(begin + milliseconds{9});
  must_append(*store, new_request("d", Version::none()));
  Timestamp last = begin;
  for (const char* id : {"a", "b", "c", "d"}) {
    for (const EventCopy& event : read_whole_stream(*store, id)) {
      expect(event.committed_at >= last, "committed_at does not decrease along positions");
      last = event.committed_at;
    }
  }
  expect_equal(last, begin + milliseconds{9}, "committed_at of the last");
}

void what_breaks_the_rules_is_refused(EventStoreTest& t) {
  const auto refused = [&t](const char* what, auto change) {
    AppendRequest request = new_request("a", Version::none(), 2);
    change(request);
    const std::string message = expect_error(Errc::invalid_argument, [&] { (void)t.store().append(request); }, what);
    expect(!message.empty(), "the error says what is wrong");
  };
  refused("an empty aggregate id", [](AppendRequest& r) { r.aggregate_id = ""; });
  refused("an aggregate id that is too long",
          [](AppendRequest& r) { r.aggregate_id.assign(kMaxAggregateIdBytes + 1, 'x'); });
  refused("an aggregate id with a NUL", [](AppendRequest& r) { r.aggregate_id = std::string{"a\0b", 3}; });
  refused("an aggregate id that is not UTF-8", [](AppendRequest& r) { r.aggregate_id = "\xff"; });
  refused("no events and no key", [](AppendRequest& r) { r.events.clear(); });
  refused("a key that is too long",
          [](AppendRequest& r) { r.idempotency_key.assign(kMaxIdempotencyKeyBytes + 1, 'x'); });
  refused("an event without a type", [](AppendRequest& r) { r.events[1].type = ""; });
  t.reopen();
  expect(t.store().read_stream("a", Version{0}, 10).empty(), "nothing was stored");
  expect_equal(must_append(t.store(), new_request("a", Version::none())).version, Version{0},
               "version of a good append");
}

constexpr EventStoreCase kCases[] = {
    {"the first event of an aggregate is version 0", first_event_is_version_0},
    {"versions of an aggregate follow without a gap", versions_follow_without_a_gap},
    {"events come back as they were written", events_come_back_as_written},
    {"a large payload comes back", a_large_payload_comes_back},
    {"a commit of 100 events is stored whole", a_large_commit_is_stored_whole},
    {"aggregate ids differ by every byte", aggregate_ids_differ_by_every_byte},
    {"a stale expectation is a conflict and stores nothing", a_stale_expectation_is_a_conflict},
    {"expecting no events of an existing aggregate is a conflict", expecting_none_of_an_existing_one_is_a_conflict},
    {"expecting more events than there are is a conflict", expecting_more_than_there_is_is_a_conflict},
    {"a conflict leaves the aggregate writable", a_conflict_leaves_the_aggregate_writable},
    {"positions begin at 1 and are gap free over all aggregates", positions_are_gap_free,
     EventStoreCase::Runs::when_all_can_be_read},
    {"committed_at is the clock's and never decreases", committed_at_never_decreases},
    {"a request that breaks the rules is refused and stores nothing", what_breaks_the_rules_is_refused},
};

}  // namespace

std::span<const EventStoreCase> append_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
