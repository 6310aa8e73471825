// SPDX-License-Identifier: Apache-2.0
// What arrives: each event, as it was sent, in order, and its receipt.
#include <leftfold/testing/expect.h>

#include "json/same_document.h"
#include "testing/event_sink_cases.h"
#include "testing/requests.h"

namespace leftfold::inline v0::testing {
namespace {

void expect_json(std::string_view held, std::string_view sent, const char* what, const EventSinkSuiteOptions& options) {
  // No text and an empty object are different things.
  const bool same = !options.keeps_json_text && !held.empty() && !sent.empty() && json::same_document(held, sent);
  if (!same) expect_equal(held, sent, what);
}

void expect_same(const EventCopy& held, const EventCopy& sent, const EventSinkSuiteOptions& options) {
  expect_equal(held.aggregate_id, sent.aggregate_id, "aggregate_id");
  expect_equal(held.version, sent.version, "version");
  expect_equal(held.type, sent.type, "type");
  expect_equal(held.schema_version, sent.schema_version, "schema_version");
  expect_equal(held.committed_at, sent.committed_at, "committed_at");
  expect_equal(held.id, sent.id, "id");
  expect_equal(held.commit_id, sent.commit_id, "commit_id");
  expect_equal(held.commit_pos, sent.commit_pos, "commit_pos");
  expect_equal(held.commit_size, sent.commit_size, "commit_size");
  expect_json(held.payload, sent.payload, "payload", options);
  expect_json(held.metadata, sent.metadata, "metadata", options);
}

const EventCopy& find(const std::vector<EventCopy>& events, const Uuid& id) {
  for (const EventCopy& event : events) {
    if (event.id == id) return event;
  }
  throw ExpectationFailed{"event " + show(id) + " is not in the broker"};
}

void every_ticket_gets_one_receipt(EventSinkTest& t) {
  for (int i = 0; i < 60; ++i) t.send(event_of("a" + std::to_string(i % 7), i / 7));
  t.take_all();
  t.expect_all_acknowledged();
  expect_equal(t.place().held().size(), 60U, "events in the broker");
}

void tickets_begin_at_one(EventSinkTest& t) {
  for (const std::uint64_t expected : {1U, 2U, 3U}) {
    expect_equal(t.send(event_of("a", static_cast<std::int64_t>(expected) - 1)), expected, "ticket");
  }
  t.take_all();
  expect_equal(t.send(event_of("a", 3)), 4U, "ticket after receipts");
  t.take_all();
  t.open_another();
  expect_equal(t.send(event_of("a", 4)), 1U, "ticket of another sink");
  t.take_all();
}

void events_arrive_as_they_were_sent(EventSinkTest& t) {
  EventCopy first = event_of("bestellung ü/1", 7);
  first.commit_size = 2;
  first.payload = R"({"text":"日本 🛒","n":0.1,"list":[1,2,{"deep":null}],"quote":"\"\\"})";
  first.metadata = R"({"correlation_id":"c","user":"jürgen"})";
  EventCopy second = event_of("bestellung ü/1", 8);
  second.commit_id = first.id;
  second.commit_pos = 1;
  second.commit_size = 2;
  second.schema_version = 3;
  second.payload = "{}";
  EventCopy large = event_of("large", 0);
  large.payload = R"({"text":")" + std::string(100'000, 'l') + R"("})";
  for (const EventCopy* event : {&first, &second, &large}) t.send(*event);
  t.take_all();
  t.expect_all_acknowledged();
  const std::vector<EventCopy> held = t.place().held();
  expect_equal(held.size(), 3U, "events in the broker");
  for (const EventCopy* event : {&first, &second, &large}) expect_same(find(held, event->id), *event, t.options());
}

void texts_are_copied(EventSinkTest& t) {
  const EventCopy event = event_of("copied", 0);
  EventCopy buffer = event;
  t.send(buffer);
  for (std::string* text : {&buffer.aggregate_id, &buffer.type, &buffer.payload}) text->assign(text->size(), '#');
  t.take_all();
  expect_same(find(t.place().held(), event.id), event, t.options());
}

void an_aggregate_keeps_its_order(EventSinkTest& t) {
  for (std::int64_t version = 0; version < 25; ++version) {
    for (const char* aggregate : {"a", "b", "c", "d"}) {
      const EventCopy event = event_of(aggregate, version);
      while (t.try_send(event) == 0) (void)t.take({}, kNever);
      if (version % 5 == 0) (void)t.take({}, t.clock().instant());
    }
  }
  t.take_all();
  t.expect_all_acknowledged();
  for (const char* aggregate : {"a", "b", "c", "d"}) {
    expect_equal(t.versions_held(aggregate), versions_between(0, 24), "versions in the broker");
  }
}

void receipts_tell_where(EventSinkTest& t) {
  for (int i = 0; i < 30; ++i) t.send(event_of("a" + std::to_string(i % 5), i / 5));
  t.take_all();
  t.expect_all_acknowledged();
  const std::vector<EventCopy> held = t.place().held();
  for (const auto& [ticket, receipt] : t.receipts()) {
    const EventCopy& event = find(held, t.sent().at(ticket).id);
    expect_equal(receipt.partition, event.partition, "partition");
    expect_equal(receipt.position, event.position, "position");
    expect(receipt.position > Position::start(), "the first event of a partition is at position 1");
  }
}

// Sends as far as there is room. Returns the version of the event for which there was none.
std::int64_t fill(EventSinkTest& t, std::int64_t version) {
  const auto most = static_cast<std::int64_t>(t.options().most_room);
  for (std::int64_t sent = 0; sent <= most; ++sent) {
    if (t.try_send(event_of("full", version)) == 0) return version;
    ++version;
  }
  throw ExpectationFailed{"not true: a sink has room for at most " + std::to_string(most) + " events"};
}

void receipts_make_room(EventSinkTest& t) {
  const std::int64_t first = fill(t, 0);
  expect(first >= 60, "there is room for at least 60 events");
  expect_equal(t.try_send(event_of("full", first)), 0U, "ticket without room");
  // The first receipts may be of events that made room already while it was filled.
  const Instant deadline = t.clock().instant() + std::chrono::seconds{60};
  while (t.try_send(event_of("full", first)) == 0) {
    expect(t.clock().instant() < deadline, "receipts make room within a minute");
    (void)t.take({}, deadline);
  }
  const std::int64_t second = fill(t, first + 1);
  t.take_all();
  t.expect_all_acknowledged();
  expect_equal(t.versions_held("full"), versions_between(0, second - 1), "versions in the broker");
}

void what_is_too_large_is_refused(EventSinkTest& t) {
  t.send(event_of("a", 0));
  EventCopy event = event_of("a", 1);
  event.payload = R"({"text":")" + std::string(t.options().too_large_bytes, 'x') + R"("})";
  const std::string what =
      expect_error(Errc::invalid_argument, [&] { (void)t.sink().send(event.view()); }, "an event that is too large");
  expect(what.find("aggregate a") != what.npos, "the error names the event: " + what);
  expect_equal(t.sink().on_the_way(), t.sent().size() - t.receipts().size(), "events on the way");
  t.send(event_of("a", 1));
  t.take_all();
  t.expect_all_acknowledged();
  expect_equal(t.versions_held("a"), "0 1", "versions in the broker");
}

void several_sinks_write_to_one_place(EventSinkTest& t) {
  constexpr int kSinks = 3;
  on_threads(kSinks, [&](int thread) {
    const std::unique_ptr<EventSink> sink = t.place().open();
    std::size_t acknowledged = 0;
    for (int i = 0; i < 50; ++i) {
      expect_equal(sink->send(event_of("of " + std::to_string(thread), i).view()), static_cast<std::uint64_t>(i) + 1,
                   "ticket");
    }
    while (sink->on_the_way() > 0) {
      for (const SinkReceipt& receipt : sink->receipts({}, kNever)) acknowledged += receipt.acknowledged ? 1 : 0;
    }
    expect_equal(acknowledged, 50U, "acknowledged events");
  });
  for (int thread = 0; thread < kSinks; ++thread) {
    expect_equal(t.versions_held("of " + std::to_string(thread)), versions_between(0, 49), "versions in the broker");
  }
}

constexpr EventSinkCase kCases[] = {
    {"every ticket gets exactly one receipt", every_ticket_gets_one_receipt},
    {"tickets begin at 1 and grow by one", tickets_begin_at_one},
    {"events arrive as they were sent", events_arrive_as_they_were_sent},
    {"an event's texts are copied", texts_are_copied},
    {"the events of an aggregate keep their order, each once", an_aggregate_keeps_its_order},
    {"receipts tell where the events are", receipts_tell_where},
    {"receipts make room", receipts_make_room},
    {"what is too large is refused and gets no ticket", what_is_too_large_is_refused},
    {"several sinks write to one place", several_sinks_write_to_one_place},
};

}  // namespace

std::span<const EventSinkCase> sink_sending_cases() { return kCases; }

}  // namespace leftfold::inline v0::testing
