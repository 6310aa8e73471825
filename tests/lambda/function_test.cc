// SPDX-License-Identifier: Apache-2.0
// What the function makes of batches, whatever is in them.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <leftfold/event_copy.h>

#include "lambda/function_fixture.h"
#include "support/kafka_records.h"
#include "support/stream_records.h"

namespace leftfold::test_lambda {
namespace {

using Names = std::vector<std::string>;

std::vector<TableRecord> of_many_aggregates(StoredEvents& stored, std::mt19937& random) {
  std::vector<TableRecord> records;
  for (int round = 0; round < 30; ++round) {
    for (TableRecord& one : stored.append("cart-" + std::to_string(random() % 5), 1 + random() % 8)) {
      records.push_back(std::move(one));
    }
  }
  std::shuffle(records.begin(), records.end(), random);
  return records;
}

/// Each once, every aggregate from version 0 on.
void expect_all_in_order(const KafkaOptions& topic, const std::vector<TableRecord>& records, const std::string& log) {
  std::map<std::string, std::int64_t> newest;
  for (const TableRecord& one : records) {
    newest[one.aggregate_id] = std::max(newest[one.aggregate_id], one.version.value());
  }
  for (const auto& [id, version] : newest) {
    EXPECT_EQ(first_occurrences(topic, id), "0 to " + std::to_string(version)) << log;
  }
  EXPECT_EQ(published_in(topic).size(), records.size()) << "nothing failed, so nothing should come twice\n" << log;
}

TEST_F(LambdaFunction, PublishesABatchAndSaysThatAllIsDone) {
  const auto function = start();
  std::vector<TableRecord> batch = stored_.append("cart-1", 2);
  batch.insert(batch.begin() + 1, TableRecord{{}, {}, "2", test_support::StreamRecord{"REMOVE", "2"}.json()});
  const HttpReceived post = api_.invoke("r1", batch_of(batch));
  EXPECT_EQ(post.target, "invocation/r1/response");
  EXPECT_EQ(post.body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-1/1"}));
}

TEST_F(LambdaFunction, RecordsInAnyOrderAreSentInTheOrderOfVersions) {
  const auto function = start();
  std::mt19937 random{1};
  const std::vector<TableRecord> records = of_many_aggregates(stored_, random);
  EXPECT_EQ(api_.invoke("r1", batch_of(records)).body, kAllDone);
  expect_all_in_order(topic_, records, logged());
}

TEST_F(LambdaFunction, SoAreRecordsThatAreInAnotherBatchThanThoseBeforeThem) {
  const auto function = start();
  std::mt19937 random{2};
  const std::vector<TableRecord> records = of_many_aggregates(stored_, random);
  for (std::size_t begin = 0; begin < records.size();) {
    const std::size_t end = std::min(records.size(), begin + 1 + random() % 20);
    const std::vector<TableRecord> batch(records.begin() + static_cast<std::ptrdiff_t>(begin),
                                         records.begin() + static_cast<std::ptrdiff_t>(end));
    EXPECT_EQ(api_.invoke("r" + std::to_string(begin), batch_of(batch)).body, kAllDone);
    begin = end;
  }
  expect_all_in_order(topic_, records, logged());
}

TEST_F(LambdaFunction, WhatNoRecordTellsIsReadFromTheTable) {
  const auto function = start();
  const std::vector<TableRecord> records = stored_.append("cart-1", 3);
  EXPECT_EQ(api_.invoke("r1", batch_of({records[2]})).body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-1/1", "cart-1/2"}));
}

TEST_F(LambdaFunction, ARecordThatCannotBeReadIsReadFromTheTable) {
  const auto function = start();
  std::vector<TableRecord> records = stored_.append("cart-1", 3);
  records[1] = damaged(records[1]);
  EXPECT_EQ(api_.invoke("r1", batch_of(records)).body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-1/1", "cart-1/2"}));
}

TEST_F(LambdaFunction, AnItemThatIsNoEventComesAgainUntilItIsMended) {
  const auto function = start();
  std::vector<TableRecord> batch = stored_.append("cart-1", 1);
  const TableRecord garbage = stored_.put_garbage("cart-1");
  batch.push_back(garbage);
  batch.push_back(stored_.append("cart-2", 1).front());
  EXPECT_EQ(api_.invoke("r1", batch_of(batch)).body, again_from(garbage.sequence));
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-2/0"}));
  (void)stored_.mend(garbage);
  EXPECT_EQ(api_.invoke("r2", batch_of({batch[1], batch[2]})).body, kAllDone) << logged();
  EXPECT_EQ(published(), (Names{"cart-1/0", "cart-2/0", "cart-1/1"}));
}

TEST_F(LambdaFunction, AnEventThatIsTooLargeBlocksItsAggregateAlone) {
  const auto function = start({{"LEFTFOLD_KAFKA__MESSAGE_MAX_BYTES", "100000"}});
  std::vector<TableRecord> batch = stored_.append("big", 1);
  batch.push_back(stored_.append("big", 1, 300'000).front());
  batch.push_back(stored_.append("big", 1).front());
  batch.push_back(stored_.append("small", 1).front());
  EXPECT_EQ(api_.invoke("r1", batch_of(batch)).body, again_from(batch[1].sequence)) << logged();
  EXPECT_EQ(published(), (Names{"big/0", "small/0"}));
  EXPECT_NE(logged().find("an aggregate is blocked"), std::string::npos) << logged();
  // The batch comes again and is answered again, without anything sent twice.
  EXPECT_EQ(api_.invoke("r2", batch_of({batch[1], batch[2], batch[3]})).body, again_from(batch[1].sequence));
  EXPECT_EQ(published(), (Names{"big/0", "small/0"})) << logged();
}

TEST_F(LambdaFunction, OrAMarkTakesItsPlaceWhereThatIsSet) {
  const auto function =
      start({{"LEFTFOLD_KAFKA__MESSAGE_MAX_BYTES", "100000"}, {"LEFTFOLD_PUBLISHER_UNPUBLISHABLE", "mark"}});
  std::vector<TableRecord> batch = stored_.append("big", 1);
  batch.push_back(stored_.append("big", 1, 300'000).front());
  batch.push_back(stored_.append("big", 1).front());
  EXPECT_EQ(api_.invoke("r1", batch_of(batch)).body, kAllDone) << logged();
  const std::vector<EventCopy> events = test_support::events_in(topic_);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(published(), (Names{"big/0", "big/1", "big/2"}));
  EXPECT_EQ(events[1].type, kUnpublished);
}

TEST_F(LambdaFunction, AlsoOfAnItemThatIsNoEvent) {
  const auto function = start({{"LEFTFOLD_PUBLISHER_UNPUBLISHABLE", "mark"}});
  std::vector<TableRecord> batch = stored_.append("cart-1", 1);
  batch.push_back(stored_.put_garbage("cart-1"));
  EXPECT_EQ(api_.invoke("r1", batch_of(batch)).body, kAllDone) << logged();
  const std::vector<EventCopy> events = test_support::events_in(topic_);
  ASSERT_EQ(published(), (Names{"cart-1/0", "cart-1/1"}));
  EXPECT_EQ(events[1].type, kUnpublished);
}

TEST_F(LambdaFunction, APayloadThatIsNoBatchIsAnErrorAndTheNextOneIsPublished) {
  const auto function = start();
  const HttpReceived post = api_.invoke("r1", R"({"detail":"secret"})");
  EXPECT_EQ(post.target, "invocation/r1/error");
  EXPECT_EQ(post.header("lambda-runtime-function-error-type"), "leftfold.invalid_data");
  EXPECT_NE(post.body.find("no Records"), std::string::npos) << post.body;
  EXPECT_EQ(api_.invoke("r2", batch_of(stored_.append("cart-1", 1))).body, kAllDone);
  EXPECT_EQ(logged().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace leftfold::test_lambda
