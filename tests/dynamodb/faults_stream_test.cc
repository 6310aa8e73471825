// SPDX-License-Identifier: Apache-2.0
// A stream with many shards and faults, read by the store's own adapter.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/cursor_store.h>
#include <leftfold/dynamodb.h>
#include <leftfold/error.h>
#include <leftfold/lease_store.h>

#include "dynamodb/append_requests.h"
#include "dynamodb/faults_fixture.h"
#include "support/code_of.h"

namespace leftfold::test_dynamodb {
namespace {

using test_support::code_of;

// Tables of its own: the whole stream is what a test looks at.
class StreamFaultsTest : public ::testing::Test {
 protected:
  DynamoDbOptions options() {
    DynamoDbOptions options = proxy.options();
    options.clock = &clock;
    return options;
  }
  FaultyStream& shape(const StreamFaults& faults) {
    FaultyStream& shaped = proxy.shape_stream(faults);
    store = std::make_unique<DynamoDbStore>(options());
    changes = store->published().changes;
    return shaped;
  }
  /// `count` events of ten aggregates, behind those before.
  void append(int count) {
    for (int i = 0; i < count; ++i, ++appended) {
      const AppendRequest request = request_of("a-" + std::to_string(appended % 10), Version{appended / 10 - 1});
      ASSERT_TRUE(std::holds_alternative<Appended>(direct.append(request)));
    }
  }

  struct Reading {
    std::unique_ptr<ShardReader> reader;
    bool over = false;
  };
  /// Reads every shard that any list has shown until none brings anything new. Failures of load are met by trying
  /// again.
  void read_all(std::size_t page = 100) {
    constexpr int kQuietRounds = 9;  // more than lists are late, and than pages are empty by chance
    for (int quiet = 0; quiet < kQuietRounds; ++quiet) {
      if (list_shards()) quiet = 0;
      for (auto& [place, reading] : readings) {
        if (!reading.over && read_one(place.second, reading, page)) quiet = 0;
      }
    }
  }
  bool list_shards() {
    bool is_new = false;
    retried([&] {
      const ShardList list = changes->shards();
      for (const Shard& shard : list.shards) {
        Reading& reading = readings[{list.stream, shard.id}];
        if (reading.reader) continue;
        reading.reader = changes->open(list.stream, shard.id, {});
        is_new = true;
      }
    });
    return is_new;
  }
  bool read_one(const std::string& shard, Reading& reading, std::size_t size) {
    bool brought = false;
    retried([&] {
      const ChangePage page = reading.reader->read(size);
      for (const Change& change : page.changes) {
        brought = note(shard, page, change) || brought;
      }
      reading.over = page.end != ChangePage::End::none;
      ++ends[page.end];
    });
    return brought;
  }
  bool note(const std::string& shard, const ChangePage& page, const Change& change) {
    EXPECT_EQ(change.events, 1U);
    const RecordedEvent& event = page.events[change.first_event];
    order[shard].push_back(change.sequence);
    return found.insert({std::string{event.aggregate_id}, event.version.value()}).second;
  }
  template <class F>
  void retried(F f) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      try {
        return f();
      } catch (const Error& e) {
        if (!e.retryable()) throw;
        ++failures;
      }
    }
    FAIL() << "it fails for ever";
  }

  const TestTables tables;
  PassingClock clock;
  FaultProxy proxy{tables};
  DynamoDbStore direct{tables.options()};  // past the proxy
  std::unique_ptr<DynamoDbStore> store;
  ChangeStream* changes = nullptr;
  int appended = 0;
  int failures = 0;
  std::map<std::pair<std::string, std::string>, Reading> readings;  // by stream and shard
  std::set<std::pair<std::string, std::int64_t>> found;
  std::map<std::string, std::vector<std::string>> order;  // sequences by shard, repeated ones too
  std::map<ChangePage::End, int> ends;
};

TEST_F(StreamFaultsTest, EverythingArrivesThroughAllOfThemAtOnce) {
  StreamFaults faults;
  faults.window = 30;
  faults.records_a_shard = 15;
  faults.late = 4;
  faults.list_page = 3;
  faults.repeat_one_in = 6;
  faults.empty_one_in = 5;
  faults.limit_one_in = 8;
  faults.expire_one_in = 7;
  FaultyStream& stream = shape(faults);
  append(120);
  read_all(10);
  append(80);
  read_all();
  FaultyStream::Counts counts = stream.counts();
  // Which faults come is chance, so it goes on until each has come.
  for (int round = 0; round < 20 && std::min({counts.repeated, counts.empty, counts.limited, counts.expired}) == 0;
       ++round) {
    append(40);
    read_all();
    counts = stream.counts();
  }
  EXPECT_EQ(found.size(), static_cast<std::size_t>(appended));
  EXPECT_EQ(counts.records, static_cast<std::size_t>(appended));
  EXPECT_GT(counts.splits, 0U);
  EXPECT_GT(counts.rollovers, 0U);
  EXPECT_GT(counts.generations, 2U);
  EXPECT_GT(counts.repeated, 0U);
  EXPECT_GT(counts.empty, 0U);
  EXPECT_GT(counts.limited, 0U);
  EXPECT_GT(counts.expired, 0U);
  EXPECT_EQ(readings.size(), counts.shards);
  EXPECT_EQ(ends[ChangePage::End::trimmed] + ends[ChangePage::End::gone], 0);
  EXPECT_EQ(static_cast<std::size_t>(ends[ChangePage::End::closed]), counts.splits + counts.rollovers);
}

TEST_F(StreamFaultsTest, ChildrenAreFoundByTheirParent) {
  StreamFaults faults;
  faults.records_a_shard = 20;
  faults.list_page = 1;
  (void)shape(faults);
  append(21);
  const ShardList list = changes->shards();
  ASSERT_EQ(list.shards.size(), 3U);
  const auto root = std::ranges::find(list.shards, std::string{}, &Shard::parent);
  ASSERT_NE(root, list.shards.end());
  EXPECT_TRUE(root->closed);
  const std::vector<Shard> children = changes->children(list.stream, root->id);
  ASSERT_EQ(children.size(), 2U);
  for (const Shard& child : children) {
    EXPECT_EQ(child.parent, root->id);
    EXPECT_FALSE(child.closed);
    EXPECT_TRUE(changes->children(list.stream, child.id).empty());
  }
}

TEST_F(StreamFaultsTest, AnExpiredIteratorLosesNothing) {
  FaultyStream& stream = shape({});
  append(20);
  const ShardList list = changes->shards();
  const auto reader = changes->open(list.stream, list.shards.at(0).id, {});
  EXPECT_EQ(reader->read(7).changes.size(), 7U);
  stream.expire_iterators();
  EXPECT_EQ(reader->read(7).changes.size(), 7U);
  stream.expire_iterators();
  EXPECT_EQ(reader->read(7).changes.size(), 6U);
  EXPECT_EQ(stream.counts().expired, 2U);
}

TEST_F(StreamFaultsTest, WhatWasTrimmedBeforeItWasReadIsTold) {
  FaultyStream& stream = shape({});
  append(20);
  const ShardList list = changes->shards();
  const std::string& shard = list.shards.at(0).id;
  const auto reader = changes->open(list.stream, shard, {});
  const ChangePage first = reader->read(5);
  ASSERT_EQ(first.changes.size(), 5U);
  EXPECT_EQ(stream.trim(10), 10U);
  EXPECT_EQ(reader->read(5).end, ChangePage::End::trimmed);
  EXPECT_EQ(changes->open(list.stream, shard, first.changes.back().sequence)->read(5).end, ChangePage::End::trimmed);
  EXPECT_EQ(changes->open(list.stream, shard, {})->read(100).changes.size(), 10U);  // the oldest there are
}

TEST_F(StreamFaultsTest, AShardThatIsGoneIsTold) {
  StreamFaults faults;
  faults.records_a_shard = 10;
  FaultyStream& stream = shape(faults);
  append(15);
  ShardList list = changes->shards();
  const auto root = std::ranges::find(list.shards, std::string{}, &Shard::parent);
  ASSERT_NE(root, list.shards.end());
  const auto reader = changes->open(list.stream, root->id, {});
  EXPECT_EQ(reader->read(5).changes.size(), 5U);
  EXPECT_EQ(stream.trim(10), 10U);
  EXPECT_EQ(stream.forget_shards(), 1U);
  EXPECT_EQ(reader->read(5).end, ChangePage::End::gone);
  EXPECT_EQ(changes->open(list.stream, root->id, {})->read(5).end, ChangePage::End::gone);
  EXPECT_EQ(changes->shards().shards.size(), list.shards.size() - 1);
}

TEST_F(StreamFaultsTest, AStormOfRefusalsIsWaitedOutOrTold) {
  FaultyStream& stream = shape({});
  append(3);
  const ShardList list = changes->shards();
  const auto reader = changes->open(list.stream, list.shards.at(0).id, {});
  stream.limit(3);
  EXPECT_EQ(reader->read(10).changes.size(), 3U);  // with the fourth attempt
  stream.limit(4);
  EXPECT_EQ(code_of([&] { (void)reader->read(10); }), Errc::throttled);
  EXPECT_TRUE(reader->read(10).changes.empty());
}

TEST_F(StreamFaultsTest, AStreamThatWasTurnedOffAndOnIsAnother) {
  FaultyStream& stream = shape({});
  append(10);
  const ShardList old = changes->shards();
  EXPECT_EQ(old.stream, stream.stream());
  stream.disable();
  append(10);
  stream.enable();
  append(10);
  const ShardList list = changes->shards();
  EXPECT_NE(list.stream, old.stream);
  const auto former = changes->open(old.stream, old.shards.at(0).id, {});
  const ChangePage rest = former->read(100);
  EXPECT_EQ(rest.changes.size(), 10U);
  EXPECT_EQ(rest.end, ChangePage::End::closed);
  EXPECT_TRUE(changes->children(old.stream, old.shards[0].id).empty());
  EXPECT_EQ(changes->open(list.stream, list.shards.at(0).id, {})->read(100).changes.size(), 10U);
  EXPECT_EQ(stream.counts().lost, 10U);
}

TEST_F(StreamFaultsTest, ScriptsGoOnAsBefore) {
  (void)shape({});
  append(5);
  const ShardList list = changes->shards();
  proxy.follow([](const ProxiedCall& call) {
    if (call.operation == "GetRecords" && call.count < 3) return fault::reset_after();
    return call.is("GetShardIterator", 1) ? fault::error_before(500) : fault::none();
  });
  EXPECT_EQ(changes->open(list.stream, list.shards.at(0).id, {})->read(10).changes.size(), 5U);
  EXPECT_EQ(proxy.calls("GetRecords"), 3);
  EXPECT_EQ(proxy.calls("GetShardIterator"), 2);
}

// The leases and cursors go through the same proxy.
TEST_F(StreamFaultsTest, ALeaseWhoseAnswersAreLostIsWrittenOnce) {
  (void)shape({});
  LeaseStore& leases = *store->published().leases;
  proxy.follow([](const ProxiedCall& call) { return call.is("PutItem", 1) ? fault::reset_after() : fault::none(); });
  Lease lease{"publisher", "shard-1", "host:1", 0, {}, false, {}};
  EXPECT_TRUE(leases.write(lease));
  EXPECT_EQ(leases.list("publisher").at(0).counter, 1);
  lease.counter = 1;
  proxy.follow([](const ProxiedCall& call) { return call.is("DeleteItem", 1) ? fault::reset_after() : fault::none(); });
  EXPECT_EQ(code_of([&] { (void)leases.remove(lease); }), Errc::in_doubt);
  EXPECT_TRUE(leases.list("publisher").empty());
}

TEST_F(StreamFaultsTest, CursorsThatAreThrottledAreStoredAllTheSame) {
  (void)shape({});
  CursorStore& cursors = *store->published().cursors;
  proxy.follow([](const ProxiedCall& call) {
    return call.count == 1 ? fault::refusal("ProvisionedThroughputExceededException") : fault::none();
  });
  const PublishCursor both[] = {{"a", Version{3}}, {"b", Version{4}}};
  cursors.advance(both);
  const std::string_view ids[] = {"b", "a"};
  EXPECT_EQ(cursors.load(ids), (std::vector<Version>{Version{4}, Version{3}}));
  EXPECT_EQ(proxy.calls("BatchWriteItem"), 2);
  EXPECT_EQ(proxy.calls("BatchGetItem"), 2);
}

}  // namespace
}  // namespace leftfold::test_dynamodb
