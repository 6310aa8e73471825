// SPDX-License-Identifier: Apache-2.0
// `lfold store copy` between a file and a table, killed on the way, with the proof that nothing differs.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/sqlite.h>

#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/event_item.h"
#include "dynamodb/service.h"
#include "runtime/migration/event_line.h"
#include "runtime/migration/store_comparison.h"
#include "support/child_process.h"
#include "support/temporary_folder.h"

namespace leftfold::test_dynamodb {
namespace {

using test_support::ChildProcess;

constexpr int kAggregates = 400;
constexpr int kEventsEach = 25;  // 10,000 in all

std::string aggregate(int i) { return "konto-" + std::to_string(i) + "/ü 日本 🛒"; }

// 10,000 events in commits of one to three, some with metadata, numbers of many forms, one of 300 KB.
void fill(SqliteStore& store) {
  std::map<int, std::int64_t> next;
  for (int round = 0; round * 2 < kEventsEach; ++round) {
    std::vector<RecordedCommit> commits;
    for (int i = 0; i < kAggregates; ++i) {
      const auto left = kEventsEach - next[i];
      const std::int64_t size = std::min<std::int64_t>(left, 1 + (i + round) % 3);
      if (size == 0) continue;
      const Timestamp at{std::chrono::milliseconds{1'600'000'000'000 + round * 1000 + i}};
      RecordedCommit commit{aggregate(i), Version{next[i]}, at, {}};
      for (std::int64_t n = 0; n < size; ++n) {
        NewEvent event{Uuid::v7(at), "Gebucht", R"({"z":1.50,"a":[1e2,-0.0,null,true],"text":"née \u0001 🚀","n":)", "",
                       1};
        event.payload += std::to_string(next[i] * 9'007'199'254'740'993) + "}";
        if (i == 7 && round == 0) event.payload = "{\"text\":\"" + std::string(300'000, 'x') + "\"}";
        if (i % 2 == 0) event.metadata = R"({"correlation_id":"c-1","x":"ß"})";
        if (i % 5 == 0) event.schema_version = 3;
        commit.events.push_back(std::move(event));
      }
      next[i] += size;
      commits.push_back(std::move(commit));
    }
    (void)store.import_commits(std::move(commits));
  }
  for (int i = 0; i < kAggregates; ++i) {  // what is left of 25
    for (; next[i] < kEventsEach; ++next[i]) {
      const Timestamp at{std::chrono::milliseconds{1'700'000'000'000 + i}};
      (void)store.import_commits({{aggregate(i), Version{next[i]}, at, {{Uuid::v7(at), "Gebucht", "{}", "", 1}}}});
    }
  }
}

class StoreCopy : public ::testing::Test {
 protected:
  StoreCopy() {
    environment["DYNAMODB_PREFIX"] = tables.options().events_table.substr(0, 5);
    environment["EVENTSTORE_TABLE_NAME"] = tables.options().events_table.substr(5);
    if (service_name() == "endpoint") return;
    environment["DYNAMODB_LOCAL"] = "true";
    environment["DYNAMODB_URL"] = tables.options().endpoint_url;
  }

  std::string file(const std::string& name) const { return (folder.path() / name).string(); }
  ChildProcess start(std::vector<std::string> arguments) const {
    return ChildProcess{{LEFTFOLD_LFOLD, std::move(arguments), environment, folder.path() / "log"}};
  }
  ChildProcess start_copy(const std::string& from, const std::string& to) const {
    return start({"store", "copy", "--from", from, "--to", to, "--proof", file("proof.jsonl")});
  }
  int copy(const std::string& from, const std::string& to) const {
    return start_copy(from, to).exit_code(std::chrono::minutes{5});
  }

  // Kills a copy as soon as `reached` says so.
  template <class Reached>
  void kill_copy(const std::string& from, const std::string& to, Reached reached) const {
    ChildProcess child = start_copy(from, to);
    while (!reached()) std::this_thread::sleep_for(std::chrono::milliseconds{5});  // the other process tells nobody
    child.kill();
  }

  const TestTables tables;
  const test_support::TemporaryFolder folder;
  std::map<std::string, std::string> environment;
};

void expect_same_events(EventStore& a, EventStore& b) {
  runtime::StoreWalk walk{{&a}, {}};
  runtime::StoreComparison comparison{walk, {&b}};
  EXPECT_TRUE(comparison.of_source());
  EXPECT_EQ(comparison.different(), 0U);
  EXPECT_EQ(comparison.events(), static_cast<std::uint64_t>(kAggregates * kEventsEach));
  EXPECT_EQ(comparison.aggregates(), static_cast<std::uint64_t>(kAggregates));
}

TEST_F(StoreCopy, GoesToATableAndBackThoughItIsKilledOnTheWay) {
  SqliteStore source{{.file = file("a.db")}};
  fill(source);
  ASSERT_EQ(source.head(), Position{kAggregates * kEventsEach});
  DynamoDbStore table{tables.options()};
  const auto has = [&](int aggregate_number, int version) {
    return [&table, aggregate_number, version] {
      return !table.read_stream(aggregate(aggregate_number), Version{version}, 1).empty();
    };
  };
  kill_copy("sqlite:" + file("a.db"), "dynamodb:", has(20, 0));
  kill_copy("sqlite:" + file("a.db"), "dynamodb:", has(kAggregates / 2, 4));
  kill_copy("sqlite:" + file("a.db"), "dynamodb:", has(3, kEventsEach / 2));
  EXPECT_EQ(copy("sqlite:" + file("a.db"), "dynamodb:"), 0);

  const auto copied = [&](std::int64_t events) {
    return [this, events] {
      try {
        SqliteStore looked{{.file = file("b.db"), .mode = SqliteOptions::Mode::read_only}};
        return looked.head() >= Position{events};
      } catch (const Error&) {  // not there yet
        return false;
      }
    };
  };
  kill_copy("dynamodb:", "sqlite:" + file("b.db"), copied(1));
  kill_copy("dynamodb:", "sqlite:" + file("b.db"), copied(kAggregates * kEventsEach / 2));
  EXPECT_EQ(copy("dynamodb:", "sqlite:" + file("b.db")), 0);
  SqliteStore back{{.file = file("b.db")}};
  EXPECT_EQ(back.head(), source.head());
  expect_same_events(source, back);
  EXPECT_EQ(start({"store", "copy", "--verify", "--from", "sqlite:" + file("b.db"), "--to", "dynamodb:"}).exit_code(),
            0);
}

TEST_F(StoreCopy, SaysWhatATableHasThatDiffers) {
  SqliteStore source{{.file = file("a.db")}};
  const Timestamp at{std::chrono::milliseconds{1'600'000'000'000}};
  RecordedCommit commit{"a", Version{0}, at, {{Uuid::v7(at), "Made", R"({"n":1})", "", 1}}};
  (void)source.import_commits({commit});
  commit.events[0].payload = R"({"n":2})";
  DynamoDbStore table{tables.options()};
  (void)table.import_commits({commit});
  EXPECT_EQ(copy("sqlite:" + file("a.db"), "dynamodb:"), 4);
  EXPECT_EQ(start({"store", "copy", "--verify", "--from", "dynamodb:", "--to", "sqlite:" + file("a.db")}).exit_code(),
            1);
  EXPECT_EQ(table.read_stream("a", Version{0}, 10)[0].payload, R"({"n":2})");
}

TEST_F(StoreCopy, BringsWhatTheNodeLibraryWrote) {
  DynamoDbStore table{tables.options()};
  const auto transport = dynamodb::connect(tables.options());
  dynamodb::Client client{*transport, {}};
  for (std::int64_t version = 0; version < 3; ++version) {
    dynamodb::Item item = dynamodb::event_key("from-node", Version{version});
    item.push_back({"event", version == 1 ? "Snapshot" : "ItemAdded"});
    item.push_back({"payload", dynamodb::Map{{"itemId", "äpfel"}, {"n", dynamodb::number(version)}}});
    item.push_back({"committedAt", dynamodb::number(1669939200000 + version)});
    item.push_back({"published", dynamodb::number(1)});
    ASSERT_TRUE(client.write({dynamodb::ItemWrite::Kind::put, tables.options().events_table, item, {}, {}}).applied);
  }
  EXPECT_EQ(copy("dynamodb:", "sqlite:" + file("b.db")), 0);
  SqliteStore copied{{.file = file("b.db")}};
  const EventPage page = copied.read_stream("from-node", Version{0}, 10);
  ASSERT_EQ(page.size(), 3U);
  EXPECT_EQ(page[1].type, kSnapshotNote);
  const EventPage stored = table.read_stream("from-node", Version{0}, 10);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(runtime::difference_of(page[i], stored[i]), "");
  // Imported into another table the events are leftfold's own, with the identities they had.
  ASSERT_EQ(start({"--store", "sqlite:" + file("b.db"), "store", "export", "--file", file("x.jsonl")}).exit_code(), 0);
  const TestTables other;
  DynamoDbStore second{other.options()};
  std::map<std::string, std::string> there = environment;
  there["DYNAMODB_PREFIX"] = other.options().events_table.substr(0, 5);
  there["EVENTSTORE_TABLE_NAME"] = other.options().events_table.substr(5);
  ChildProcess import{
      {LEFTFOLD_LFOLD, {"--store", "dynamodb:", "store", "import", file("x.jsonl")}, there, folder.path() / "log"}};
  EXPECT_EQ(import.exit_code(), 0);
  const EventPage again = second.read_stream("from-node", Version{0}, 10);
  ASSERT_EQ(again.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(runtime::difference_of(again[i], stored[i]), "");
}

}  // namespace
}  // namespace leftfold::test_dynamodb
