// SPDX-License-Identifier: Apache-2.0
// What becomes of a stream's records, in the shape AWS Lambda delivers them.
#include <gtest/gtest.h>

#include <string>

#include <leftfold/dynamodb_changes.h>
#include <leftfold/error.h>

#include "support/code_of.h"
#include "support/passing_clock.h"

namespace leftfold {
namespace {

using namespace std::chrono_literals;
using test_support::code_of;

// An event as leftfold stores it.
std::string image(int version, const std::string& more = {}) {
  return R"({"aggregateId":{"S":"cart-42"},"version":{"N":")" + std::to_string(version) +
         R"("},"event":{"S":"CartItemAdded"},"payload":{"M":{"product_id":{"S":"apple"},"quantity":{"N":"1"}}},)"
         R"("eventId":{"B":"AY80BpAAcACAAAAAAAAAAQ=="},"committedAt":{"N":"1714564800000"},)"
         R"("commitId":{"B":"AY80BpAAcACAAAAAAAAAAQ=="})" +
         more + "}";
}

std::string keys(const std::string& version) {
  return R"("Keys":{"aggregateId":{"S":"cart-42"},"version":{"N":")" + version + R"("}})";
}

// The members around are those that AWS documents for an event of Lambda.
std::string record(const std::string& name, const std::string& sequence, const std::string& members) {
  return R"({"eventID":"c4ca4238a0b923820dcc509a6f75849b","eventVersion":"1.1","dynamodb":{)" + members +
         R"(,"SequenceNumber":")" + sequence +
         R"(","SizeBytes":26,"StreamViewType":"NEW_IMAGE"},"awsRegion":"eu-central-1","eventName":")" + name +
         R"(","eventSourceARN":"arn:aws:dynamodb:eu-central-1:1:table/v1EventStore/stream/2026-01-01T00:00:00.000",)"
         R"("eventSource":"aws:dynamodb"})";
}

std::string insert(const std::string& sequence, int version, const std::string& new_image) {
  return record("INSERT", sequence, keys(std::to_string(version)) + R"(,"NewImage":)" + new_image);
}

std::string batch(const std::string& records) { return R"({"Records":[)" + records + "]}"; }

TEST(StreamRecords, AnInsertedEventIsAChangeWithThatEvent) {
  const ChangePage page = read_stream_records(batch(insert("111", 3, image(3))));
  ASSERT_EQ(page.changes.size(), 1U);
  EXPECT_EQ(page.changes[0].sequence, "111");
  EXPECT_EQ(page.changes[0].first_event, 0U);
  EXPECT_EQ(page.changes[0].events, 1U);
  EXPECT_EQ(page.changes[0].unreadable, "");
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.events[0].aggregate_id, "cart-42");
  EXPECT_EQ(page.events[0].version, Version{3});
  EXPECT_EQ(page.events[0].type, "CartItemAdded");
  EXPECT_EQ(page.events[0].payload, R"({"product_id":"apple","quantity":1})");
  EXPECT_EQ(page.events[0].committed_at, Timestamp{1714564800000ms});
  EXPECT_EQ(page.end, ChangePage::End::none);
  EXPECT_EQ(page.ignored, 0U);
}

TEST(StreamRecords, ACommitInOneItemIsOneChangeOfSeveralEvents) {
  const std::string event =
      R"({"M":{"event":{"S":"E"},"payload":{"M":{}},"eventId":{"B":"AY80BpAAcACAAAAAAAAAAQ=="}}})";
  const std::string packed =
      R"({"aggregateId":{"S":"cart-42"},"version":{"N":"5"},"commitSize":{"N":"2"},"events":{"L":[)" + event + "," +
      event + R"(]},"commitId":{"B":"AY80BpAAcACAAAAAAAAAAQ=="}})";
  const ChangePage page = read_stream_records(batch(insert("1", 3, image(3)) + "," + insert("2", 5, packed)));
  ASSERT_EQ(page.changes.size(), 2U);
  EXPECT_EQ(page.changes[1].first_event, 1U);
  EXPECT_EQ(page.changes[1].events, 2U);
  ASSERT_EQ(page.events.size(), 3U);
  EXPECT_EQ(page.events[1].version, Version{5});
  EXPECT_EQ(page.events[2].version, Version{6});
  EXPECT_EQ(page.events[2].commit_size, 2);
}

TEST(StreamRecords, ChangedAndDeletedItemsBringNoEvents) {
  const ChangePage page =
      read_stream_records(batch(record("MODIFY", "1", keys("0") + R"(,"NewImage":)" + image(0)) + "," +
                                record("REMOVE", "2", keys("0")) + "," + insert("3", 1, image(1))));
  ASSERT_EQ(page.changes.size(), 3U);
  EXPECT_EQ(page.changes[0].events, 0U);
  EXPECT_EQ(page.changes[1].events, 0U);
  EXPECT_EQ(page.changes[2].events, 1U);
  EXPECT_EQ(page.ignored, 2U);
  EXPECT_EQ(page.events.size(), 1U);
}

TEST(StreamRecords, MembersComeInAnyOrder) {
  const ChangePage page =
      read_stream_records(R"({"x":1,"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"9","NewImage":)" +
                          image(1) + "," + keys("1") + R"(}}],"y":{}})");
  EXPECT_EQ(page.events.size(), 1U);
}

TEST(StreamRecords, NoRecordsAreAnEmptyPage) {
  const ChangePage page = read_stream_records(batch(""));
  EXPECT_TRUE(page.changes.empty());
  EXPECT_EQ(page.behind, 0ms);
}

TEST(StreamRecords, BehindIsTheAgeOfTheNewest) {
  test_support::PassingClock clock;
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
  const auto at = [&](int version, const std::string& time) {
    return record("INSERT", "1",
                  keys(std::to_string(version)) + R"(,"ApproximateCreationDateTime":)" + time + R"(,"NewImage":)" +
                      image(version));
  };
  const ChangePage page =
      read_stream_records(batch(at(0, std::to_string(now - 60)) + "," + at(1, std::to_string(now - 5) + ".0E0") + "," +
                                at(2, R"("2026-01-01T00:00:00Z")")),
                          clock);
  EXPECT_GE(page.behind, 5s);
  EXPECT_LT(page.behind, 7s);  // the clock stands still unless somebody waits
  EXPECT_EQ(page.events.size(), 3U);
  EXPECT_EQ(read_stream_records(batch(at(0, std::to_string(now + 3600))), clock).behind, 0ms);
}

// The change is still told, so that whoever reads it can ask the store.
void expect_unreadable(const std::string& json, const std::string& why) {
  const ChangePage page = read_stream_records(batch(json + "," + insert("222", 8, image(8))));
  ASSERT_EQ(page.changes.size(), 2U);
  ASSERT_EQ(page.changes[0].events, 1U);
  EXPECT_NE(page.changes[0].unreadable.find(why), std::string::npos) << page.changes[0].unreadable;
  ASSERT_EQ(page.events.size(), 2U);
  EXPECT_EQ(page.events[0].aggregate_id, "cart-42");
  EXPECT_EQ(page.events[0].version, Version{7});
  EXPECT_EQ(page.events[0].type, "");
  EXPECT_EQ(page.changes[1].first_event, 1U);
  EXPECT_EQ(page.events[1].version, Version{8});
  EXPECT_EQ(page.changes[1].unreadable, "");
}

TEST(StreamRecords, WhatIsNoEventIsUnreadable) {
  expect_unreadable(insert("111", 7, R"({"aggregateId":{"S":"cart-42"},"version":{"N":"7"}})"), "it has no event name");
  expect_unreadable(insert("111", 7, R"({"version":{"N":"7"},"event":{"X":"?"}})"), "there is no type \"X\"");
  expect_unreadable(insert("111", 7, R"({"version":{"N":"7"},"event":7})"), "does not decode");
  expect_unreadable(insert("111", 7, image(7, R"(,"commitPos":{"N":"3"})")), "commitPos and commitSize do not fit");
  expect_unreadable(insert("111", 7, R"("text")"), "does not decode");
}

// It is told by its last version: by its first one, nobody would ask the store for the events behind that.
TEST(StreamRecords, ACommitWithOneEventThatIsNoneIsUnreadableAsAWhole) {
  const std::string packed =
      R"({"version":{"N":"7"},"commitSize":{"N":"3"},"events":{"L":[{"M":{"event":{"S":"E"}}},{"M":{}},)"
      R"({"M":{"event":{"S":"E"}}}]}})";
  const ChangePage page = read_stream_records(batch(insert("111", 7, packed)));
  ASSERT_EQ(page.changes.size(), 1U);
  EXPECT_EQ(page.changes[0].events, 1U);
  EXPECT_NE(page.changes[0].unreadable.find("it has no event name"), std::string::npos) << page.changes[0].unreadable;
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.events[0].version, Version{9});
}

TEST(StreamRecords, AStreamOfKeysAloneIsUnreadable) {
  expect_unreadable(record("INSERT", "111", keys("7")), "set its view type to NEW_IMAGE");
  expect_unreadable(record("INSERT", "111", keys("7") + R"(,"NewImage":null)"), "set its view type to NEW_IMAGE");
}

TEST(StreamRecords, AnItemAtNoVersionIsPassedOver) {
  for (const char* version : {"-1", "1.5", "1E+30", "9223372036854775807"}) {
    const ChangePage page =
        read_stream_records(batch(record("INSERT", "1", keys(version) + R"(,"NewImage":)" + image(1))));
    ASSERT_EQ(page.changes.size(), 1U);
    EXPECT_EQ(page.changes[0].events, 0U);
    EXPECT_EQ(page.ignored, 1U);
  }
}

TEST(StreamRecords, WhatIsNoRecordIsRefusedByItsPlace) {
  const auto why = [](const std::string& json) {
    std::string text;
    EXPECT_EQ(code_of([&] { (void)read_stream_records(json); }, &text), Errc::invalid_data);
    return text;
  };
  const auto says = [&](const std::string& json, const std::string& expected) {
    const std::string text = why(json);
    EXPECT_NE(text.find(expected), std::string::npos) << text;
  };
  const std::string good = insert("111", 1, image(1)) + ",";
  says("", "records of a DynamoDB stream");
  says("[]", "does not decode");
  says("{}", "the JSON has no Records");
  says(R"({"Records":7})", "does not decode");
  says(batch(insert("111", 1, image(1))).substr(0, 200), "does not decode");
  says(batch(good + "7"), "stream record 1: ");
  says(batch(good + "{}"), "stream record 1: it has no SequenceNumber");
  says(batch(good + record("UPSERT", "222", keys("1"))), "stream record 1 (sequence 222): its eventName is \"UPSERT\"");
  says(batch(good + record("INSERT", "222", R"("NewImage":)" + image(1))), "(sequence 222): it has no Keys");
  says(batch(good + record("INSERT", "222", R"("Keys":7)")), "(sequence 222): its Keys: ");
  says(batch(good + record("INSERT", "222", R"("Keys":{"id":{"S":"1"}})")), "not the stream of an events table");
}

}  // namespace
}  // namespace leftfold
