// SPDX-License-Identifier: Apache-2.0
// The stream of the events table, on a server with DynamoDB's API.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/dynamodb.h>
#include <leftfold/error.h>

#include "dynamodb/append_requests.h"
#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/event_item.h"
#include "dynamodb/service.h"
#include "support/code_of.h"

namespace leftfold {
namespace {

using test_dynamodb::request_of;
using test_dynamodb::TestTables;

// A service may answer without records before some that are there (API_streams_GetRecords).
constexpr int kEmptyPagesAtTheEnd = 20;

using Places = std::map<std::string, std::set<std::int64_t>, std::less<>>;  // versions by aggregate

class DynamoDbChanges : public ::testing::Test {
 protected:
  /// Reads what the shards of the stream hold now, page by page.
  template <class Visit>
  void read_all(std::size_t page_size, Visit visit) {
    const ShardList list = changes.shards();
    for (const Shard& shard : list.shards) {
      const auto reader = changes.open(list.stream, shard.id, {});
      read_to_the_end(*reader, page_size, visit);
    }
  }
  template <class Visit>
  static void read_to_the_end(ShardReader& reader, std::size_t page_size, Visit visit) {
    for (int empty = 0; empty < kEmptyPagesAtTheEnd;) {
      const ChangePage page = reader.read(page_size);
      empty = page.changes.empty() ? empty + 1 : 0;
      visit(page);
      if (page.end != ChangePage::End::none) return;
    }
  }
  /// Sends the same again while nobody knows, as a slow server may not answer in time.
  void append(const std::string& id, Version expected, std::size_t events = 1) {
    const AppendRequest request = request_of(id, expected, events);
    constexpr int kMostAttempts = 10;
    for (int attempt = 1;; ++attempt) {
      try {
        EXPECT_TRUE(std::holds_alternative<Appended>(store.append(request)));
        return;
      } catch (const Error& e) {
        if ((e.retryable() || e.code() == Errc::in_doubt) && attempt < kMostAttempts) continue;
        ADD_FAILURE() << e.what();
        return;
      }
    }
  }

  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ChangeStream& changes = *store.published().changes;
};

// dynoxide looks through all records it ever had at each write (no index, and none is deleted with its table), so many
// make it slow for everybody. LEFTFOLD_STREAM_COMMITS: how many commits each writer makes instead of 10; with 250 they
// are 20,000 events, for a server of its own.
TEST_F(DynamoDbChanges, AllThatManyWritersAppendArrivesOnce) {
  constexpr int kWriters = 8;
  constexpr int kAggregates = 5;  // of each writer
  int commits = 10;
  // moto serves one request at a time, and takes seconds for a transaction of many.
  const std::size_t larger = test_dynamodb::service_name() == "moto" ? 2 : 19;
  const char* const given = std::getenv("LEFTFOLD_STREAM_COMMITS");  // NOLINT(concurrency-mt-unsafe): none sets it
  if (given != nullptr) commits = std::stoi(given);
  std::atomic<int> writing{kWriters};
  std::mutex mutex;
  Places written;
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      std::vector<Version> heads(kAggregates);
      for (int i = 0; i < commits; ++i) {
        const std::string id = "a-" + std::to_string(writer) + "-" + std::to_string(i % kAggregates);
        Version& head = heads[static_cast<std::size_t>(i % kAggregates)];
        const std::size_t events = (i / kAggregates) % 2 == 0 ? 1 : larger;
        append(id, head, events);
        const std::scoped_lock lock{mutex};
        for (std::size_t event = 0; event < events; ++event) written[id].insert((head = head.next()).value());
      }
      --writing;
    });
  }
  Places found;
  const auto note = [&](const ChangePage& page) {
    for (const Change& change : page.changes) {
      EXPECT_EQ(change.events, 1U);
      EXPECT_EQ(change.unreadable, "");
      const RecordedEvent& event = page.events[change.first_event];
      EXPECT_TRUE(found[std::string{event.aggregate_id}].insert(event.version.value()).second);
      EXPECT_EQ(event.type, "Happened");
    }
  };
  const ShardList list = changes.shards();
  ASSERT_EQ(list.shards.size(), 1U);  // neither server splits
  const auto reader = changes.open(list.stream, list.shards[0].id, {});
  while (writing > 0) note(reader->read(1000));
  writers.clear();
  read_to_the_end(*reader, 1000, note);
  EXPECT_EQ(found, written);
  EXPECT_EQ(found.size(), static_cast<std::size_t>(kWriters * kAggregates));
}

TEST_F(DynamoDbChanges, EachEventOfATransactionIsAChange) {
  append("a", Version::none(), 3);
  std::set<std::int64_t> versions;
  read_all(100, [&](const ChangePage& page) {
    for (const Change& change : page.changes) {
      ASSERT_EQ(change.events, 1U);
      const RecordedEvent& event = page.events[change.first_event];
      EXPECT_EQ(event.commit_size, 3);
      versions.insert(event.version.value());
    }
  });
  EXPECT_EQ(versions, (std::set<std::int64_t>{0, 1, 2}));
}

TEST_F(DynamoDbChanges, ACommitInOneItemIsOneChange) {
  DynamoDbOptions options = tables.options();
  options.layout = DynamoDbOptions::Layout::item_per_commit;
  DynamoDbStore packed{options};
  const AppendRequest request = request_of("a", Version::none(), 3);
  ASSERT_TRUE(std::holds_alternative<Appended>(packed.append(request)));
  std::size_t seen = 0;
  read_all(100, [&](const ChangePage& page) {
    for (const Change& change : page.changes) {
      ++seen;
      ASSERT_EQ(change.events, 3U);
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(page.events[change.first_event + i].id, request.events[i].id);
        EXPECT_EQ(page.events[change.first_event + i].version, Version{static_cast<std::int64_t>(i)});
      }
    }
  });
  EXPECT_EQ(seen, 1U);
}

TEST_F(DynamoDbChanges, PagesAreNotLongerThanAskedFor) {
  constexpr int kEvents = 25;
  for (int i = 0; i < kEvents; ++i) append("a", Version{i - 1});
  std::vector<std::int64_t> versions;
  read_all(7, [&](const ChangePage& page) {
    EXPECT_LE(page.changes.size(), 7U);
    for (const RecordedEvent& event : page.events) versions.push_back(event.version.value());
  });
  EXPECT_EQ(std::set<std::int64_t>(versions.begin(), versions.end()).size(), static_cast<std::size_t>(kEvents));
  EXPECT_EQ(versions.size(), static_cast<std::size_t>(kEvents));
}

TEST_F(DynamoDbChanges, AReaderGoesOnAfterAnySequence) {
  constexpr int kEvents = 12;
  for (int i = 0; i < kEvents; ++i) append("a", Version{i - 1});
  std::vector<std::string> sequences;
  read_all(5, [&](const ChangePage& page) {
    for (const Change& change : page.changes) sequences.push_back(change.sequence);
  });
  ASSERT_EQ(sequences.size(), static_cast<std::size_t>(kEvents));
  const ShardList list = changes.shards();
  for (std::size_t after = 0; after < sequences.size(); ++after) {
    std::vector<std::string> rest;
    const auto reader = changes.open(list.stream, list.shards.at(0).id, sequences[after]);
    read_to_the_end(*reader, 5, [&](const ChangePage& page) {
      for (const Change& change : page.changes) rest.push_back(change.sequence);
    });
    EXPECT_EQ(rest,
              std::vector<std::string>(sequences.begin() + static_cast<std::ptrdiff_t>(after) + 1, sequences.end()));
  }
}

TEST_F(DynamoDbChanges, ChangedAndDeletedItemsBringNoEvents) {
  append("a", Version::none());
  const auto transport = dynamodb::connect(tables.options());
  dynamodb::Client client{*transport, dynamodb::client_options(tables.options())};
  dynamodb::ItemWrite write{dynamodb::ItemWrite::Kind::update,
                            tables.options().events_table,
                            dynamodb::event_key("a", Version{0}),
                            {},
                            "SET seen = :one"};
  write.condition.values = {{":one", dynamodb::number(1)}};
  ASSERT_TRUE(client.write(write).applied);
  ASSERT_TRUE(client.write({dynamodb::ItemWrite::Kind::remove, write.table, write.item, {}, {}}).applied);
  std::size_t all = 0, events = 0, ignored = 0;
  read_all(100, [&](const ChangePage& page) {
    all += page.changes.size();
    events += page.events.size();
    ignored += page.ignored;
  });
  EXPECT_EQ(all, 3U);
  EXPECT_EQ(events, 1U);
  EXPECT_EQ(ignored, 2U);
}

TEST_F(DynamoDbChanges, ShardsThatHaveNotEndedHaveNoChildren) {
  append("a", Version::none());
  const ShardList list = changes.shards();
  EXPECT_NE(list.stream, "");
  for (const Shard& shard : list.shards) EXPECT_TRUE(changes.children(list.stream, shard.id).empty());
  EXPECT_EQ(changes.shards().stream, list.stream);
}

TEST_F(DynamoDbChanges, ATableWithoutAStreamSaysHowToGetOne) {
  DynamoDbOptions options = tables.options();
  options.events_table += "-bare";
  options.second_table = tables.options().events_table + "Leftfold";
  options.tables = DynamoDbOptions::Tables::unchecked;
  DynamoDbStore bare{options};
  EXPECT_EQ(test_support::code_of([&] { (void)bare.published(); }), Errc::not_found);

  const auto transport = dynamodb::connect(options);
  dynamodb::Client client{*transport, dynamodb::client_options(options)};
  client.create_table({options.events_table, {"aggregateId", 'S'}, dynamodb::KeyAttribute{"version", 'N'}});
  const PublishedStore parts = bare.published();
  ASSERT_NE(parts.changes, nullptr);
  std::string text;
  EXPECT_EQ(test_support::code_of([&] { (void)parts.changes->shards(); }, &text), Errc::not_found);
  EXPECT_NE(text.find("StreamViewType=NEW_IMAGE"), std::string::npos) << text;
  client.delete_table(options.events_table);
  EXPECT_EQ(test_support::code_of([&] { (void)parts.changes->shards(); }, &text), Errc::not_found);
}

}  // namespace
}  // namespace leftfold
