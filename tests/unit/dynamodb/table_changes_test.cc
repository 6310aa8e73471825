// SPDX-License-Identifier: Apache-2.0
// What the stream's adapter does about answers that no local server gives.
#include "dynamodb/table_changes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <leftfold/error.h>

#include "support/code_of.h"
#include "support/passing_clock.h"
#include "unit/dynamodb/fake_transport.h"

namespace leftfold::dynamodb {
namespace {

using test_dynamodb::FakeTransport;
using test_support::code_of;
using test_support::PassingClock;

class TableChangesTest : public ::testing::Test {
 protected:
  ClientOptions options() {
    ClientOptions all;
    all.clock = &clock;
    return all;
  }
  static std::string shard(const std::string& id, const std::string& parent = {}, bool closed = false) {
    return R"({"ShardId":")" + id + R"(","SequenceNumberRange":{"StartingSequenceNumber":"1")" +
           (closed ? R"(,"EndingSequenceNumber":"2"})" : "}") +
           (parent.empty() ? "" : R"(,"ParentShardId":")" + parent + "\"") + "}";
  }
  static std::string listed(const std::string& shards, const std::string& last = {}) {
    return R"({"StreamDescription":{"StreamStatus":"ENABLED","Shards":[)" + shards + "]" +
           (last.empty() ? "" : R"(,"LastEvaluatedShardId":")" + last + "\"") + "}}";
  }
  void has_stream() { table.answers(200, R"({"Table":{"TableStatus":"ACTIVE","LatestStreamArn":"arn:1"}})"); }
  static std::string record(const std::string& sequence) {
    return R"({"eventName":"INSERT","dynamodb":{"SequenceNumber":")" + sequence +
           R"(","Keys":{"aggregateId":{"S":"a"},"version":{"N":"0"}},)"
           R"("NewImage":{"version":{"N":"0"},"event":{"S":"E"}}}})";
  }
  static std::string records(const std::string& all, const std::string& next) {
    return R"({"Records":[)" + all + "]" + (next.empty() ? "" : R"(,"NextShardIterator":")" + next + "\"") + "}";
  }
  void gives_iterator(const std::string& iterator) { streams.answers(200, R"({"ShardIterator":")" + iterator + "\"}"); }
  bool sent(std::size_t i, const std::string& what) const {
    return streams.sent.at(i).body.find(what) != std::string::npos;
  }

  PassingClock clock;
  FakeTransport table, streams;
  std::string text;
  Client table_client{table, options()};
  Client stream_client{streams, options()};
  TableChanges changes{table_client, stream_client, "v1EventStore"};
};

// A record that shows only the key tells of the first event of a commit, and nothing of those behind it.
TEST_F(TableChangesTest, AStreamOfKeysAloneIsNoneOfCommitsInOneItem) {
  TableChanges packed{table_client, stream_client, "v1EventStore", true};
  for (const std::string type : {"KEYS_ONLY", "OLD_IMAGE"}) {
    table.answers(200, R"({"Table":{"TableStatus":"ACTIVE","LatestStreamArn":"arn:1","StreamSpecification":)"
                       R"({"StreamEnabled":true,"StreamViewType":")" +
                           type + "\"}}}");
    EXPECT_EQ(code_of([&] { (void)packed.shards(); }, &text), Errc::unsupported);
    EXPECT_NE(text.find("NEW_IMAGE"), std::string::npos) << text;
  }
  has_stream();
  streams.answers(200, listed(shard("a")));
  EXPECT_EQ(packed.shards().shards.size(), 1U);
}

TEST_F(TableChangesTest, AllPagesOfShardsAreListed) {
  std::string first, second;
  for (int i = 0; i < 100; ++i) first += (i > 0 ? "," : "") + shard("s" + std::to_string(i), {}, true);
  for (int i = 100; i < 170; ++i) second += shard("s" + std::to_string(i), "s" + std::to_string(i - 100)) + ",";
  has_stream();
  streams.answers(200, listed(first, "s99")).answers(200, listed(second + shard("s0"), {}));
  const ShardList list = changes.shards();
  EXPECT_EQ(list.stream, "arn:1");
  ASSERT_EQ(list.shards.size(), 170U);
  EXPECT_TRUE(sent(1, R"("ExclusiveStartShardId":"s99")"));
  EXPECT_EQ(list.shards[0].id, "s0");
  EXPECT_TRUE(list.shards[0].closed);  // what one page says is not taken back by another
  EXPECT_EQ(list.shards[169].parent, "s69");
  EXPECT_FALSE(list.shards[169].closed);
}

TEST_F(TableChangesTest, PagesThatContradictEachOtherAreUnited) {
  has_stream();
  streams.answers(200, listed(shard("child") + "," + shard("p"), "p"))
      .answers(200, listed(shard("p", {}, true) + "," + shard("child", "p"), "p"));  // again the same last: the end
  const ShardList list = changes.shards();
  ASSERT_EQ(list.shards.size(), 2U);
  EXPECT_EQ(list.shards[0].parent, "p");
  EXPECT_TRUE(list.shards[1].closed);
}

TEST_F(TableChangesTest, WithoutAStreamTheNextStepIsNamed) {
  table.answers(200, R"({"Table":{"TableStatus":"ACTIVE"}})").refuses(400, "ResourceNotFoundException");
  EXPECT_EQ(code_of([&] { (void)changes.shards(); }, &text), Errc::not_found);
  EXPECT_NE(text.find("aws dynamodb update-table --table-name v1EventStore"), std::string::npos) << text;
  EXPECT_EQ(code_of([&] { (void)changes.shards(); }, &text), Errc::not_found);
  EXPECT_NE(text.find("there is no table v1EventStore"), std::string::npos) << text;
}

TEST_F(TableChangesTest, ChildrenAreAskedForAndPickedOut) {
  streams.answers(200, listed(shard("c1", "p") + "," + shard("x", "other") + "," + shard("c2", "p", true)));
  const std::vector<Shard> children = changes.children("arn:1", "p");
  ASSERT_EQ(children.size(), 2U);
  EXPECT_EQ(children[0].id, "c1");
  EXPECT_EQ(children[1].id, "c2");
  EXPECT_TRUE(sent(0, R"("ShardFilter":{"Type":"CHILD_SHARDS","ShardId":"p"})"));
}

TEST_F(TableChangesTest, AServiceWithoutTheFilterIsAskedForAll) {
  streams.refuses(400, "ValidationException").answers(200, listed(shard("p", {}, true) + "," + shard("c1", "p")));
  const std::vector<Shard> children = changes.children("arn:1", "p");
  ASSERT_EQ(children.size(), 1U);
  EXPECT_FALSE(sent(1, "ShardFilter"));
  streams.refuses(400, "ResourceNotFoundException");
  EXPECT_EQ(code_of([&] { (void)changes.children("arn:1", "p"); }), Errc::not_found);
}

TEST_F(TableChangesTest, AReaderBeginsWhereItIsTold) {
  gives_iterator("i1");
  streams.answers(200, records(record("11"), "i2")).answers(200, records(record("12"), "i3"));
  const auto oldest = changes.open("arn:1", "s", {});
  EXPECT_TRUE(streams.sent.empty());
  EXPECT_EQ(oldest->read(7).changes.at(0).sequence, "11");
  EXPECT_TRUE(sent(0, R"("ShardIteratorType":"TRIM_HORIZON")"));
  EXPECT_TRUE(sent(1, R"("ShardIterator":"i1","Limit":7)"));
  EXPECT_EQ(oldest->read(5000).changes.at(0).sequence, "12");
  EXPECT_TRUE(sent(2, R"("ShardIterator":"i2","Limit":1000)"));
  gives_iterator("i9");
  streams.answers(200, records("", "i10"));
  EXPECT_TRUE(changes.open("arn:1", "s", "55")->read(0).changes.empty());
  EXPECT_TRUE(sent(3, R"("ShardIteratorType":"AFTER_SEQUENCE_NUMBER","SequenceNumber":"55")"));
  EXPECT_TRUE(sent(4, R"("Limit":1})"));
}

TEST_F(TableChangesTest, AnExpiredIteratorIsRenewedAfterTheLastRecord) {
  gives_iterator("i1");
  streams.answers(200, records(record("11") + "," + record("12"), "i2")).refuses(400, "ExpiredIteratorException");
  gives_iterator("i3");
  streams.answers(200, records(record("13"), "i4"));
  const auto reader = changes.open("arn:1", "s", "10");
  EXPECT_EQ(reader->read(10).changes.size(), 2U);
  EXPECT_EQ(reader->read(10).changes.at(0).sequence, "13");
  EXPECT_TRUE(sent(3, R"("ShardIteratorType":"AFTER_SEQUENCE_NUMBER","SequenceNumber":"12")"));
}

TEST_F(TableChangesTest, AnIteratorThatAlwaysExpiresIsNotAskedForForEver) {
  for (int i = 0; i < 4; ++i) {
    gives_iterator("i");
    streams.refuses(400, "ExpiredIteratorException");
  }
  const auto reader = changes.open("arn:1", "s", {});
  EXPECT_EQ(code_of([&] { (void)reader->read(10); }), Errc::unavailable);
  EXPECT_TRUE(streams.used_up());
  gives_iterator("i");
  streams.answers(200, records(record("1"), "j"));
  EXPECT_EQ(reader->read(10).changes.size(), 1U);
}

TEST_F(TableChangesTest, TheEndIsToldOnceAndForAll) {
  gives_iterator("i1");
  streams.answers(200, records("", "i2")).answers(200, records(record("11"), {}));
  const auto reader = changes.open("arn:1", "s", {});
  EXPECT_EQ(reader->read(10).end, ChangePage::End::none);
  const ChangePage last = reader->read(10);
  EXPECT_EQ(last.changes.size(), 1U);
  EXPECT_EQ(last.end, ChangePage::End::closed);
  const ChangePage behind = reader->read(10);
  EXPECT_TRUE(behind.changes.empty());
  EXPECT_EQ(behind.end, ChangePage::End::closed);
  EXPECT_TRUE(streams.used_up());

  gives_iterator("i1");
  streams.answers(200, R"({"Records":[],"NextShardIterator":null})");
  EXPECT_EQ(changes.open("arn:1", "s", {})->read(10).end, ChangePage::End::closed);
}

TEST_F(TableChangesTest, WhatWasTrimmedOrIsGoneEndsTheReader) {
  using End = ChangePage::End;
  const auto ends = [&](End end) {
    const auto reader = changes.open("arn:1", "s", "5");
    EXPECT_EQ(reader->read(10).end, end);
    EXPECT_EQ(reader->read(10).end, end);
    EXPECT_TRUE(streams.used_up());
  };
  streams.refuses(400, "TrimmedDataAccessException");
  ends(End::trimmed);
  gives_iterator("i");
  streams.refuses(400, "TrimmedDataAccessException");
  ends(End::trimmed);
  streams.refuses(400, "ResourceNotFoundException");
  ends(End::gone);
  gives_iterator("i");
  streams.refuses(400, "ResourceNotFoundException");
  ends(End::gone);
}

TEST_F(TableChangesTest, AfterAFailureTheNextReadGoesOn) {
  gives_iterator("i1");
  for (int i = 0; i < 4; ++i) streams.refuses(400, "LimitExceededException");
  const auto reader = changes.open("arn:1", "s", {});
  EXPECT_EQ(code_of([&] { (void)reader->read(10); }), Errc::throttled);
  for (int i = 0; i < 4; ++i) streams.fails(Errc::in_doubt);
  EXPECT_EQ(code_of([&] { (void)reader->read(10); }), Errc::unavailable);
  streams.refuses(400, "AccessDeniedException");
  EXPECT_EQ(code_of([&] { (void)reader->read(10); }), Errc::permission_denied);
  streams.answers(200, records(R"({"eventName":"INSERT"})", "i2"));
  EXPECT_EQ(code_of([&] { (void)reader->read(10); }), Errc::invalid_data);
  streams.answers(200, records(record("11"), "i2"));
  EXPECT_EQ(reader->read(10).changes.size(), 1U);
  EXPECT_TRUE(sent(streams.sent.size() - 1, R"("ShardIterator":"i1")"));
}

TEST_F(TableChangesTest, AnAnswerWithoutWhatItIsAboutEndsNothing) {
  gives_iterator("i1");
  streams.answers(200, "{}");
  const auto reader = changes.open("arn:1", "s", {});
  EXPECT_EQ(code_of([&] { (void)reader->read(10); }), Errc::invalid_data);
  streams.answers(200, records("", "i2")).answers(200, "{}");
  EXPECT_EQ(reader->read(10).end, ChangePage::End::none);
  EXPECT_EQ(code_of([&] { (void)changes.children("arn:1", "p"); }), Errc::invalid_data);
  streams.answers(200, "{}");
  EXPECT_EQ(code_of([&] { (void)changes.open("arn:1", "s", {})->read(10); }), Errc::invalid_data);
}

TEST_F(TableChangesTest, APlaceThatIsNoneCountsAsOneWhatFollowedWhichIsGone) {
  const std::string why = R"(,"message":"Invalid SequenceNumber")";
  streams.refuses(400, "ValidationException", why);
  const auto reader = changes.open("arn:1", "s", "nonsense");
  EXPECT_EQ(reader->read(10).end, ChangePage::End::trimmed);
  EXPECT_EQ(reader->read(10).end, ChangePage::End::trimmed);
  gives_iterator("i");
  streams.refuses(400, "ValidationException", why);
  EXPECT_EQ(changes.open("arn:1", "s", "nonsense")->read(10).end, ChangePage::End::trimmed);
  EXPECT_TRUE(streams.used_up());
}

TEST_F(TableChangesTest, AShardThatRefusesWhatItGaveItselfIsNamedWithTheNextStep) {
  streams.refuses(400, "ValidationException");
  EXPECT_EQ(code_of([&] { (void)changes.open("arn:1", "s", {})->read(10); }, &text), Errc::invalid_data);
  EXPECT_NE(text.find("see whether stream and shard are the table's own (stream arn:1)"), std::string::npos) << text;
  gives_iterator("i1");
  streams.answers(200, records(record("11"), "i2")).refuses(400, "ValidationException");
  const auto reader = changes.open("arn:1", "s", "10");
  EXPECT_EQ(reader->read(10).changes.size(), 1U);
  EXPECT_EQ(code_of([&] { (void)reader->read(10); }, &text), Errc::invalid_data);
  EXPECT_NE(text.find("shard s, after the sequence number \"11\""), std::string::npos) << text;
}

}  // namespace
}  // namespace leftfold::dynamodb
