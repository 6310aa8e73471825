// SPDX-License-Identifier: Apache-2.0
// Events as records and back, where docs/format/kafka.md says it in words.
#include <algorithm>
#include <sstream>

#include <leftfold/memory_control_store.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/metadata.h>
#include <leftfold/testing/virtual_clock.h>

#include "resilience/letter_transfer.h"
#include "support/code_of.h"
#include "unit/kafka/record_support.h"

namespace leftfold::kafka_test {
namespace {

using namespace std::chrono_literals;
using kafka::to_record;
using test_support::code_of;

std::string without(const HeaderList& headers, const std::string& name) {
  std::string text;
  for (const auto& [have, value] : headers) text += have == name ? "" : have + '=' + value + '\n';
  return text;
}

TEST(Record, members_come_in_any_order_and_others_are_ignored) {
  const EventPage page = read(
      R"( { "payload" : {"a" : [ {} ] } , "more" : [ { "version" : 9 } ], "published":"?", "\u0065vent":"E",
          "version":7, "more":1, "aggregateId":"cart-\u00fc", "metadata":null, "commitId":null, "committedAt":5 } )");
  EXPECT_EQ(page[0].payload, R"({"a" : [ {} ] })");
  EXPECT_EQ(page[0].type, "E");
  EXPECT_EQ(page[0].version, Version{7});
  EXPECT_EQ(page[0].aggregate_id, "cart-ü");
  EXPECT_EQ(page[0].metadata, "");
  EXPECT_EQ(page[0].committed_at, Timestamp{5ms});
}

TEST(Record, what_is_missing_has_its_default) {
  const EventPage page = read(R"({"aggregateId":"a","version":9007199254740991,"event":"E"})");
  EXPECT_EQ(page[0].type, "E");
  EXPECT_EQ(page[0].payload, "{}");
  EXPECT_EQ(page[0].committed_at, Timestamp{1714564805000ms});  // the record's
}

TEST(Record, snapshots_of_the_node_library_are_notes_in_both_directions) {
  const std::string value =
      R"({"aggregateId":"a","version":3,"event":"Snapshot","payload":{"n":1},"published":1,"committedAt":5})";
  const EventPage page = read(value);
  EXPECT_EQ(page[0].type, kSnapshotNote);
  const kafka::Record record = to_record(page[0], "shop");
  EXPECT_EQ(record.value, value);
  EXPECT_EQ(list(record.headers.get()).at(3), (HeaderList::value_type{"ce_type", "Snapshot"}));
  RecordedEvent ours = apple();  // one of a program that uses the name for an event of its own
  ours.type = "Snapshot";
  EXPECT_EQ(read(to_record(ours, "shop").value)[0].type, "Snapshot");
}

TEST(Record, an_event_that_could_not_be_published_comes_back_with_its_reason) {
  const EventPage page = read(to_record(unpublished(), "shop").value);
  expect_same(page[0], unpublished());
  EXPECT_EQ(page[0].type, kUnpublished);
  EXPECT_EQ(metadata_of(page[0]).headers.at("unpublished"), "it has 1200345 bytes, the topic takes 1048588");
}

TEST(Record, the_trace_has_headers_only_when_the_metadata_says_so) {
  const std::string plain = without(list(to_record(checked_out(), "shop").headers.get()), "");
  for (const char* metadata :
       {"", "{}", R"({"tracestate":"a=1"})", R"({"traceparent":""})", R"({"traceparent":1})", R"({"a":{"b":[1]}})"}) {
    RecordedEvent event = checked_out();
    event.metadata = metadata;
    EXPECT_EQ(without(list(to_record(event, "shop").headers.get()), ""), plain) << metadata;
  }
}

TEST(Record, the_trace_of_a_command_reaches_handlers_and_headers) {
  CommandContext context;
  context.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  context.tracestate = "shop=1,other=2";
  context.headers = {{"user", "ann"}};
  const std::string metadata = to_metadata_json(context);
  RecordedEvent event = apple();
  event.metadata = metadata;
  const kafka::Record record = to_record(event, "shop");
  const HeaderList headers = list(record.headers.get());
  const auto has = [&headers](const HeaderList::value_type& wanted) {
    return std::find(headers.begin(), headers.end(), wanted) != headers.end();
  };
  EXPECT_TRUE(has({"traceparent", context.traceparent}));
  EXPECT_TRUE(has({"tracestate", context.tracestate}));
  const EventPage page = read(record.value);
  const EventMetadata meta = metadata_of(page[0]);
  EXPECT_EQ(meta.traceparent, context.traceparent);
  EXPECT_EQ(meta.tracestate, context.tracestate);
  EXPECT_EQ(meta.headers, context.headers);
}

TEST(Record, what_no_record_can_hold_is_refused_and_named) {
  const auto refused = [](auto change, const std::string& says) {
    RecordedEvent event = apple();
    change(event);
    std::string text;
    EXPECT_EQ(code_of([&] { (void)to_record(event, "shop"); }, &text), Errc::invalid_argument) << says;
    EXPECT_NE(text.find(says), text.npos) << text;
  };
  refused([](RecordedEvent& e) { e.payload = "[]"; }, "its payload is no JSON object");
  refused([](RecordedEvent& e) { e.payload = ""; }, "its payload is no JSON object");
  refused([](RecordedEvent& e) { e.payload = R"({"a":tru})"; }, "$.a");
  refused([](RecordedEvent& e) { e.payload = R"({},"version":7)"; }, "its payload is no JSON object");
  refused([](RecordedEvent& e) { e.metadata = "1"; }, "its metadata is no JSON object");
  refused([](RecordedEvent& e) { e.aggregate_id = ""; }, "the aggregate's id");
  refused([](RecordedEvent& e) { e.aggregate_id = "\xff"; }, R"(aggregate "\xFF")");
  refused([](RecordedEvent& e) { e.type = ""; }, "its type");
  refused([](RecordedEvent& e) { e.type = kUnreadable; }, "nobody can read");
  refused([](RecordedEvent& e) { e.type = kUnpublished; }, "why it is unpublished");
  refused([](RecordedEvent& e) { e.version = Version::none(); }, "its version");
  refused([](RecordedEvent& e) { e.version = Version{std::int64_t{1} << 53}; }, "its version");
  refused([](RecordedEvent& e) { e.committed_at = Timestamp::max(); }, "the years 0 to 9999");
  refused([](RecordedEvent& e) { e.schema_version = 0; }, "its schema version");
  refused([](RecordedEvent& e) { e.commit_pos = 2; }, "its place in its commit");
}

TEST(Record, what_is_no_event_keeps_its_bytes_whatever_they_are) {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
  const std::string valid = to_record(apple(), "shop").value;
  const std::vector<std::string> values{
      all_bytes,
      std::string(1, '\0'),
      "\xef\xbb\xbf" + valid,
      "\"" + valid,
      valid + '\0',
      std::string(2'000'000, '\xfe'),
      std::string(1'000'000, '['),
      R"({"aggregateId":"a)" + std::string(1, '\xff') + R"(","version":0,"event":"E"})",
      R"({"aggregateId":"a\u0000b","version":0,"event":"E"})",
      R"({"aggregateId":"\ud800","version":0,"event":"E"})",
      R"({"aggregateId":")" + std::string(1025, 'x') + R"(","version":0,"event":"E"})",
      R"({"aggregateId":"a","version":0,"event":""})",
      R"({"aggregateId":"a","version":99999999999999999999,"event":"E"})",
      R"({"aggregateId":"a","version":1e2,"event":"E"})",
      R"({"aggregateId":"a","version":"0","event":"E"})",
      R"({"aggregateId":"a","version":0,"event":"E","committedAt":253402300800000})",
      R"({"aggregateId":"a","version":0,"event":"E","committedAt":"now"})",
      R"({"aggregateId":"a","version":0,"event":"E","schemaVersion":0})",
      R"({"aggregateId":"a","version":0,"event":"E","commitSize":0})",
      R"({"aggregateId":"a","version":0,"event":"E","metadata":"{}"})",
      R"({"aggregateId":"a","version":0,"event":"E","payload":{"a":[})",
      R"({"aggregateId":"a","version":0,"event":"E","payload":{"a":{]})",
      R"({"aggregateId":"a","version":0,"event":"E","payload":nul})",
      R"({"aggregateId":"a","version":0,"event":"$Snapshot"})",
  };
  for (const std::string& value : values) {
    const kafka::Received record = received(value);
    const EventPage page = read(record);
    expect_unreadable(page[0], record);
    EXPECT_EQ(page[0].aggregate_id, "cart-42");
    EXPECT_LT(page[0].metadata.size(), 400U);  // so that the letter's error has room for it
  }
}

TEST(Record, a_key_that_could_be_no_aggregate_gives_way_to_the_place) {
  for (const std::string& key : {std::string{}, std::string{"\xff"}, std::string{"a\0b", 3}, std::string(1025, 'x')}) {
    EXPECT_EQ(read(received("?", key))[0].aggregate_id, "GlobalEvents/3/17");
  }
  EXPECT_EQ(read(received("?", "ü"))[0].aggregate_id, "ü");
}

TEST(Record, a_timestamp_that_is_no_time_counts_as_none) {
  for (const Timestamp strange : {Timestamp::max(), Timestamp::min()}) {
    for (const char* value : {"?", R"({"aggregateId":"a","version":0,"event":"E"})"}) {
      kafka::Received record = received(value);
      record.timestamp = strange;
      EXPECT_EQ(read(record)[0].committed_at, Timestamp{});
    }
  }
}

TEST(Record, unreadable_ones_of_one_key_are_parked_side_by_side_and_move_without_loss) {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
  EventPage page;
  kafka::Received record = received(all_bytes);
  add_to_page(page, record);
  ++record.offset;
  add_to_page(page, record);
  record.value.reset();
  ++record.offset;
  add_to_page(page, record);

  testing::VirtualClock clock;
  MemoryDeadLetterStore store{clock};
  std::vector<DeadLetter> letters;
  for (const RecordedEvent& event : page) {
    EXPECT_EQ(metadata_of(event).version, Version::none());
    DeadLetter& letter = letters.emplace_back();
    letter.sequence = event.aggregate_id;
    letter.event = EventCopy{event};
    letter.reason = ParkReason::undecodable;
  }
  EXPECT_EQ(store.park("g.Mail", letters, {}), 3U);
  EXPECT_EQ(store.park("g.Mail", letters, {}), 0U);  // delivered again
  std::string lines;
  EXPECT_EQ(detail::export_letters(store, {}, [&](std::string_view line) { lines += line; }), 3U);

  MemoryDeadLetterStore other{clock};
  MemoryControlStore controls{clock};
  controls.pause("g.Mail", "ann", "");
  std::istringstream in{lines};
  EXPECT_EQ(detail::import_letters(other, controls, in, {"ann", "a move"}, "").added, 3U);
  const std::vector<DeadLetter> moved = other.letters("g.Mail", "cart-42", std::nullopt, 10);
  ASSERT_EQ(moved.size(), 3U);
  for (std::size_t i = 0; i < moved.size(); ++i) {
    expect_same(moved[i].event.view(), page[i]);
    EXPECT_EQ(moved[i].event.position, page[i].position);
  }
}

}  // namespace
}  // namespace leftfold::kafka_test
