// Payloads of AWS Lambda for a DynamoDB stream.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include <leftfold/dynamodb_changes.h>
#include <leftfold/error.h>

#include "support/code_of.h"
#include "support/stream_records.h"

namespace leftfold::test_dynamodb {
namespace {

using namespace std::chrono_literals;

using test_support::batch_of;
using test_support::inserted;
using test_support::items_added;
using test_support::json_of;
using test_support::StreamRecord;

constexpr Timestamp kNow = test_support::kCommittedAt;

std::string refusal(const std::string& payload) {
  std::string text;
  const Errc code = test_support::code_of([&] { (void)read_dynamodb_event(payload, kNow); }, &text);
  EXPECT_EQ(to_string(code), "invalid_data") << text;
  return text;
}

void expect_refused(const std::string& payload, const std::string& with) {
  const std::string text = refusal(payload);
  EXPECT_NE(text.find(with), std::string::npos) << text;
}

TEST(LambdaEvent, AnInsertedItemIsTheEventThatWasAppended) {
  const AppendRequest request =
      items_added("cart-1", Version::none(), {R"({"price":12345678901234567890.123456789,"name":"päckchen"})"});
  const ChangePage page =
      read_dynamodb_event(batch_of({StreamRecord{.image = json_of(dynamodb::event_item(request, 0, kNow))}}), kNow);
  ASSERT_EQ(page.changes.size(), 1U);
  EXPECT_EQ(page.changes[0].sequence, "111");
  EXPECT_EQ(page.changes[0].first_event, 0U);
  EXPECT_EQ(page.changes[0].events, 1U);
  EXPECT_EQ(page.changes[0].unreadable, "");
  EXPECT_EQ(page.ignored, 0U);
  EXPECT_EQ(page.behind, 10s);
  ASSERT_EQ(page.events.size(), 1U);
  const RecordedEvent& event = page.events[0];
  EXPECT_EQ(event.aggregate_id, "cart-1");
  EXPECT_EQ(event.version, Version{0});
  EXPECT_EQ(event.type, "ItemAdded");
  EXPECT_EQ(event.id, request.events[0].id);
  EXPECT_EQ(event.schema_version, 2);
  EXPECT_EQ(event.committed_at, kNow);
  EXPECT_EQ(event.metadata, R"({"user":"u1"})");
  EXPECT_EQ(event.payload, R"({"price":12345678901234567890.123456789,"name":"päckchen"})") << "numbers are texts";
}

TEST(LambdaEvent, AWholeCommitInOneItemIsOneChangeOfSeveralEvents) {
  const AppendRequest request = items_added("cart-1", Version{4}, {"{}", "{}", "{}"});
  const std::string keys = R"({"version":{"N":"5"},"aggregateId":{"S":"cart-1"}})";
  const ChangePage page = read_dynamodb_event(
      batch_of({StreamRecord{.name = "REMOVE", .sequence = "110"},
                StreamRecord{.keys = keys, .image = json_of(dynamodb::commit_item(request, kNow))}}),
      kNow);
  ASSERT_EQ(page.changes.size(), 2U);
  EXPECT_EQ(page.changes[1].events, 3U);
  ASSERT_EQ(page.events.size(), 3U);
  EXPECT_EQ(page.events[2].version, Version{7});
  EXPECT_EQ(page.events[2].commit_pos, 2);
}

TEST(LambdaEvent, ChangedAndDeletedItemsAreNoEvents) {
  const std::string item = json_of(dynamodb::event_item(items_added("cart-1", Version::none(), {"{}"}), 0, kNow));
  const ChangePage page = read_dynamodb_event(
      batch_of({StreamRecord{.name = "MODIFY", .sequence = "1", .image = item},
                StreamRecord{.name = "REMOVE", .sequence = "2"}, StreamRecord{.sequence = "3", .image = item}}),
      kNow);
  EXPECT_EQ(page.ignored, 2U);
  ASSERT_EQ(page.changes.size(), 3U);
  EXPECT_EQ(page.changes[0].events, 0U);
  EXPECT_EQ(page.changes[1].events, 0U);
  EXPECT_EQ(page.changes[2].events, 1U);
  EXPECT_EQ(page.events.size(), 1U);
}

TEST(LambdaEvent, MembersMayComeInAnyOrderAndWithOthers) {
  const std::string item = json_of(dynamodb::event_item(items_added("cart-1", Version::none(), {"{}"}), 0, kNow));
  const std::string payload =
      R"({"window":{},"Records":[{"dynamodb":{"new":[1],"SequenceNumber":"9","NewImage":)" + item +
      R"(,"Keys":{"version":{"N":"0"},"aggregateId":{"S":"cart-1"}}},"userIdentity":null,"eventName":"INSERT"}]})";
  const ChangePage page = read_dynamodb_event(payload, kNow);
  ASSERT_EQ(page.changes.size(), 1U);
  EXPECT_EQ(page.changes[0].sequence, "9");
  EXPECT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.behind, 0s);
}

TEST(LambdaEvent, NoRecordsAreNoChanges) {
  EXPECT_TRUE(read_dynamodb_event(R"({"Records":[]})", kNow).changes.empty());
}

// One bad image says so in its change; those around it are whole.
TEST(LambdaEvent, AnImageThatIsNoEventIsUnreadable) {
  const AppendRequest request = items_added("cart-1", Version::none(), {"{}"});
  const std::string good = json_of(dynamodb::event_item(request, 0, kNow));
  std::string deep, ends;
  for (int i = 0; i < 100'000; ++i) deep += R"({"L":[)", ends += "]}";
  deep += R"({"S":"x"})" + ends;
  const std::string key = R"("aggregateId":{"S":"cart-1"},"version":{"N":"0"})";
  const std::vector<std::pair<std::string, std::string>> bad{
      {"", "NEW_IMAGE"},
      {"{" + key + "}", "no event name"},
      {"{" + key + R"(,"event":{"S":"X"},"payload":{"M":{"a":{"Z":"1"}}}})", "no type"},
      {"{" + key + R"(,"event":{"S":"X"},"payload":{"M":{"a":{"N":"1x"}}}})", "1x"},
      {"{" + key + R"(,"event":{"S":"X"},"payload":{"M":{"a":{"S":"1","N":"1"}}}})", "types"},
      {"{" + key + R"(,"event":{"S":"X"},"other":{"B":"===="}})", "base64"},
      {"{" + key + R"(,"event":5})", ""},
      {"{" + key + R"(,"event":{"S":"X"},"payload":)" + deep + "}", "32 levels"},
      {R"({"aggregateId":{"S":"cart-1"},"version":{"N":"7"},"event":{"S":"X"}})", "version 7"},
  };
  for (const auto& [image, why] : bad) {
    const ChangePage page = read_dynamodb_event(
        batch_of({StreamRecord{.sequence = "1", .image = good}, StreamRecord{.sequence = "2", .image = image},
                  StreamRecord{.sequence = "3", .image = good}}),
        kNow);
    ASSERT_EQ(page.changes.size(), 3U) << why;
    EXPECT_EQ(page.changes[0].unreadable, "");
    EXPECT_NE(page.changes[1].unreadable.find("aggregate \"cart-1\", version 0: "), std::string::npos);
    EXPECT_NE(page.changes[1].unreadable.find(why), std::string::npos) << page.changes[1].unreadable;
    EXPECT_LT(page.changes[1].unreadable.size(), 500U);
    EXPECT_EQ(page.changes[1].first_event, 1U);
    EXPECT_EQ(page.changes[1].events, 1U);
    EXPECT_EQ(page.changes[2].first_event, 2U);
    ASSERT_EQ(page.events.size(), 3U);
    EXPECT_EQ(page.events[1].aggregate_id, "cart-1");
    EXPECT_EQ(page.events[1].type, "");
    EXPECT_EQ(page.events[2].type, "ItemAdded");
  }
}

TEST(LambdaEvent, WhatIsNoBatchIsRefused) {
  expect_refused("", "the invocation's payload: ");
  expect_refused("nonsense", "the invocation's payload: it is no JSON object");
  expect_refused("5", "it is no JSON object");
  expect_refused("[]", "it is no JSON object");
  expect_refused("\xff\xfe", "UTF-8");
  expect_refused("{}", "no array Records");
  expect_refused(R"({"Records":{}})", "no array Records");
  expect_refused(R"({"records":[]})", "no array Records");
  expect_refused(R"({"Records":[)", "the invocation's payload");
  expect_refused(R"({"Records":[5]})", "Records[0]: it is no object");
  expect_refused(R"({"Records":[{}]})", "Records[0]: it has no eventName");
  expect_refused(R"({"Records":[{"eventSource":"aws:sqs"}]})", "aws:sqs");
  expect_refused(R"({"Records":[{"eventName":"INSERT"}]})", "no member \"dynamodb\"");
  expect_refused(R"({"Records":[{"eventName":"INSERT","dynamodb":[]}]})", "dynamodb is no object");
  expect_refused(R"({"Records":[{"eventName":"INSERT","dynamodb":{}}]})", "no SequenceNumber");
  expect_refused(R"({"Records":[{"eventName":5,"dynamodb":{}}]})", "no eventName");
}

TEST(LambdaEvent, ARecordThatIsNoneNamesItsPlace) {
  const StreamRecord good{.name = "REMOVE"};
  expect_refused(batch_of({good, StreamRecord{.name = "UPSERT"}}), "Records[1]: its eventName \"UPSERT\"");
  expect_refused(batch_of({good, good, StreamRecord{.sequence = "12x"}}), "Records[2]: its SequenceNumber \"12x\"");
  expect_refused(batch_of({StreamRecord{.sequence = ""}}), "Records[0]: it has no SequenceNumber");
  expect_refused(batch_of({StreamRecord{.keys = R"({"id":{"S":"1"}})"}}),
                 "Records[0]: its Keys are not those of an event");
  expect_refused(batch_of({StreamRecord{.keys = R"({"aggregateId":{"S":"a"},"version":{"N":"-1"}})"}}),
                 "its Keys are not");
  expect_refused(batch_of({StreamRecord{.keys = R"({"aggregateId":{"S":"a"},"version":{"N":"1.5"}})"}}),
                 "its Keys are not");
  expect_refused(batch_of({StreamRecord{.keys = "5"}}), "Keys is no object");
  expect_refused(batch_of({StreamRecord{.image = "5"}}), "NewImage is no object");
}

// Cut anywhere, a payload is an error or what came before, never a crash.
TEST(LambdaEvent, EveryPrefixIsRefused) {
  const std::string item = json_of(dynamodb::event_item(items_added("cart-1", Version::none(), {"{}"}), 0, kNow));
  const std::string whole = batch_of({StreamRecord{.image = item}});
  for (std::size_t size = 0; size + 2 < whole.size(); ++size) (void)refusal(whole.substr(0, size));
}

TEST(LambdaEvent, ABatchOfSixMegabytesIsRead) {
  const std::string text = R"({"text":")" + std::string(60'000, 'x') + R"("})";
  const std::string item = json_of(dynamodb::event_item(items_added("cart-1", Version::none(), {text}), 0, kNow));
  const ChangePage page =
      read_dynamodb_event(batch_of(std::vector<StreamRecord>(100, StreamRecord{.image = item})), kNow);
  ASSERT_EQ(page.events.size(), 100U);
  EXPECT_EQ(page.events[99].payload, text);
}

}  // namespace
}  // namespace leftfold::test_dynamodb
