// SPDX-License-Identifier: Apache-2.0
// Reading: pages and their edges, the order of everything, other handles and restarts.
#include <limits>

#include "testing/event_store_cases.h"

namespace leftfold::inline v0::testing {
namespace {

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

struct Edge {
  std::int64_t from;  // version for a stream, position for the whole store
  std::size_t max;
  std::int64_t first;  // of the events expected
  std::size_t count;
  bool at_end;
};

void streams_are_read_in_pages(EventStoreTest& t) {
  must_append(t.store(), new_request("other", Version::none(), 2));
  must_append(t.store(), new_request("a", Version::none(), 2));
  must_append(t.store(), new_request("other", Version{1}, 2));
  must_append(t.store(), new_request("a", Version{1}, 3));
  constexpr Edge kEdges[] = {
      {-1, 100, 0, 5, true},
      {0, 100, 0, 5, true},
      {0, 5, 0, 5, true},
      {0, 4, 0, 4, false},
      {0, 1, 0, 1, false},
      {0, 0, 0, 1, false},
      {1, 2, 1, 2, false},
      {3, 2, 3, 2, true},
      {4, 1, 4, 1, true},
      {4, 0, 4, 1, true},
      {5, 1, 0, 0, true},
      {99, 10, 0, 0, true},
      {0, kUnlimited, 0, 5, true},
      {2, kUnlimited, 2, 3, true},
      {std::numeric_limits<std::int64_t>::max(), kUnlimited, 0, 0, true},
  };
  for (const Edge& edge : kEdges) {
    const std::string what =
        "read_stream from " + std::to_string(edge.from) + ", max " + std::to_string(edge.max) + ": ";
    const EventPage page = t.store().read_stream("a", Version{edge.from}, edge.max);
    expect_equal(page.size(), edge.count, what + "events");
    expect_equal(page.at_end(), edge.at_end, what + "at_end");
    for (std::size_t i = 0; i < page.size(); ++i) {
      expect_equal(page[i].version, Version{edge.first + static_cast<std::int64_t>(i)}, what + "version");
      expect_equal(page[i].aggregate_id, "a", what + "aggregate_id");
    }
  }
}

void an_unknown_aggregate_is_empty(EventStoreTest& t) {
  for (int round = 0; round < 2; ++round) {
    const EventPage page = t.store().read_stream("nobody", Version{0}, 10);
    expect(page.empty(), "an aggregate without events gives an empty page");
    expect(page.at_end(), "which is at its end");
    must_append(t.store(), "somebody");
  }
}

void everything_is_read_in_pages(EventStoreTest& t) {
  must_append(t.store(), new_request("a", Version::none(), 2));
  must_append(t.store(), new_request("b", Version::none(), 1));
  must_append(t.store(), new_request("a", Version{1}, 2));
  constexpr Edge kEdges[] = {
      {0, 100, 1, 5, true},        {0, 5, 1, 5, true},
      {0, 4, 1, 4, false},         {0, 1, 1, 1, false},
      {0, 0, 1, 1, false},         {2, 2, 3, 2, false},
      {3, 2, 4, 2, true},          {4, 1, 5, 1, true},
      {5, 1, 0, 0, true},          {99, 10, 0, 0, true},
      {1, kUnlimited, 2, 4, true}, {std::numeric_limits<std::int64_t>::max(), kUnlimited, 0, 0, true},
  };
  for (const Edge& edge : kEdges) {
    const std::string what = "read_all after " + std::to_string(edge.from) + ", max " + std::to_string(edge.max) + ": ";
    const EventPage page = t.store().read_all(Position{edge.from}, edge.max);
    expect_equal(page.size(), edge.count, what + "events");
    expect_equal(page.at_end(), edge.at_end, what + "at_end");
    for (std::size_t i = 0; i < page.size(); ++i) {
      expect_equal(page[i].position, Position{edge.first + static_cast<std::int64_t>(i)}, what + "position");
    }
  }
}

void read_all_of_an_empty_store_is_empty(EventStoreTest& t) {
  const EventPage page = t.store().read_all(Position::start(), 10);
  expect(page.empty() && page.at_end(), "an empty store gives an empty page at its end");
}

void both_readings_agree(EventStoreTest& t) {
  for (int i = 0; i < 30; ++i)
    must_append(t.store(), "aggregate-" + std::to_string(i % 7), 1 + static_cast<std::size_t>(i) % 3);
  const std::vector<EventCopy> all = read_whole_store(t.store(), 7);
  std::size_t events = 0;
  for (int i = 0; i < 7; ++i) {
    const std::string id = "aggregate-" + std::to_string(i);
    std::int64_t version = 0;
    const std::vector<EventCopy> stream = read_whole_stream(t.store(), id, 2);
    for (const EventCopy& event : stream) {
      const auto& same = all.at(static_cast<std::size_t>(event.position.value() - 1));
      expect_equal(same.id, event.id, "id of the event at this position");
      expect_equal(same.payload, event.payload, "payload");
      expect_equal(same.aggregate_id, id, "aggregate_id");
      expect_equal(same.version, Version{version++}, "version");
    }
    events += stream.size();
  }
  expect_equal(all.size(), events, "events of the store");
}

void head_is_the_last_position(EventStoreTest& t) {
  expect_equal(t.store().head(), Position::start(), "head of an empty store");
  must_append(t.store(), new_request("a", Version::none(), 3));
  expect_equal(t.store().head(), Position{3}, "head after 3 events");
  (void)must_conflict(t.store(), new_request("a", Version::none(), 3));
  expect_equal(t.store().head(), Position{3}, "head after a conflict");
}

void a_page_keeps_its_texts(EventStoreTest& t) {
  must_append(t.store(), new_request("a", Version::none(), 1));
  const EventPage page = t.store().read_stream("a", Version{0}, 10);
  for (int i = 0; i < 50; ++i) must_append(t.store(), "a");
  expect_equal(page.size(), 1U, "events of a page read before later appends");
  expect_equal(page[0].payload, R"({"n":0})", "payload of a page read before later appends");
}

void another_handle_sees_what_was_acknowledged(EventStoreTest& t) {
  const auto other = t.open();
  for (int i = 0; i < 5; ++i) {
    EventStore& writer = i % 2 == 0 ? t.store() : *other;
    EventStore& reader = i % 2 == 0 ? *other : t.store();
    must_append(writer, new_request("a", Version{i - 1}));
    expect_equal(read_whole_stream(reader, "a").size(), static_cast<std::size_t>(i + 1),
                 "events seen by the other handle");
    expect_equal(must_conflict(reader, new_request("a", Version{i - 1})), Version{i},
                 "version seen by the other handle");
  }
}

void an_order_of_everything_is_refused(EventStoreTest& t) {
  expect_equal(must_append(t.store(), new_request("a", Version::none(), 2)).position, Position::start(), "position");
  for (const RecordedEvent& event : t.store().read_stream("a", Version{0}, 10)) {
    expect_equal(event.position, Position::start(), "position of an event");
  }
  expect_error(Errc::unsupported, [&] { (void)t.store().read_all(Position::start(), 10); }, "read_all");
  expect_error(Errc::unsupported, [&] { (void)t.store().head(); }, "head");
}

void another_handle_sees_positions(EventStoreTest& t) {
  const auto other = t.open();
  for (int i = 0; i < 6; ++i) {
    must_append(i % 2 == 0 ? t.store() : *other, new_request("a", Version{i - 1}));
    expect_equal(t.store().head(), Position{i + 1}, "head of the first handle");
    expect_equal(other->head(), Position{i + 1}, "head of the second handle");
    expect_equal(read_whole_store(t.store()).size(), static_cast<std::size_t>(i + 1), "events of the first handle");
  }
}

void events_survive_reopening(EventStoreTest& t) {
  const AppendRequest request = new_request("a", Version::none(), 3);
  const Appended result = must_append(t.store(), request);
  t.reopen();
  const EventPage page = t.store().read_stream("a", Version{0}, 10);
  expect_equal(page.size(), 3U, "events after reopening");
  for (std::size_t i = 0; i < page.size(); ++i) t.expect_stored(page[i], request, i, result);
  expect_equal(must_conflict(t.store(), new_request("a", Version::none(), 3)), Version{2}, "version after reopening");
  expect_equal(must_append(t.store(), new_request("a", Version{2})).version, Version{3}, "version of the next append");
}

constexpr EventStoreCase kCases[] = {
    {"a stream is read in pages, at every edge", streams_are_read_in_pages},
    {"an unknown aggregate gives an empty page at its end", an_unknown_aggregate_is_empty},
    {"everything is read in pages, at every edge", everything_is_read_in_pages,
     EventStoreCase::Runs::when_all_can_be_read},
    {"reading an empty store gives an empty page at its end", read_all_of_an_empty_store_is_empty,
     EventStoreCase::Runs::when_all_can_be_read},
    {"reading everything and reading streams agree", both_readings_agree, EventStoreCase::Runs::when_all_can_be_read},
    {"head is the position of the last event", head_is_the_last_position, EventStoreCase::Runs::when_all_can_be_read},
    {"a page keeps its texts whatever is appended later", a_page_keeps_its_texts},
    {"another handle sees what was acknowledged", another_handle_sees_what_was_acknowledged},
    {"another handle sees the same positions", another_handle_sees_positions,
     EventStoreCase::Runs::when_all_can_be_read},
    {"events survive reopening", events_survive_reopening},
    {"a store without an order of everything says so", an_order_of_everything_is_refused,
     EventStoreCase::Runs::when_all_cannot_be_read},
};

}  // namespace

std::span<const EventStoreCase> read_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
