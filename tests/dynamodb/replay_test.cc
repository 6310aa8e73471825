// SPDX-License-Identifier: Apache-2.0
// Replay from a table: a parallel scan, handled by version.
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/replay.h>
#include <leftfold/sqlite_read_model.h>

#include "dynamodb/service.h"

namespace leftfold {
namespace {

struct Counted {
  int n = 0;
};
using CountedEvents = Events<Counted>;

constexpr int kAggregates = 40;

// Adds to each aggregate's text, so that it says the order.
struct Texts : Projector<CountedEvents> {
  explicit Texts(SqliteReadModel& d) : db{d} {}
  SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP TABLE IF EXISTS texts");
    db.execute("CREATE TABLE texts(aggregate TEXT PRIMARY KEY, text TEXT NOT NULL)");
  }
  void on(const Counted& e, const EventMetadata& meta) {
    if (meta.aggregate_id == fail_at && e.n == 2) throw std::runtime_error{"no such luck"};
    db.execute("INSERT INTO texts VALUES(?, ?) ON CONFLICT DO UPDATE SET text = text || excluded.text",
               meta.aggregate_id, std::to_string(e.n) + " ");
  }
  SqliteReadModel& db;
  std::string fail_at;
};

struct InMemory : Projector<CountedEvents> {
  void on(const Counted& e, const EventMetadata& meta) { texts[meta.aggregate_id] += std::to_string(e.n) + " "; }
  void reset() { texts.clear(); }
  std::map<std::string, std::string> texts;
};

std::map<std::string, std::string> fill(DynamoDbStore& store) {
  std::map<std::string, std::string> expected;
  for (int aggregate = 0; aggregate < kAggregates; ++aggregate) {
    AppendRequest request;
    request.aggregate_id = "a" + std::to_string(aggregate);
    for (int n = 0; n <= aggregate % 12; ++n) {
      request.events.push_back({Uuid::v7(system_clock().now()), "Counted", "{\"n\":" + std::to_string(n) + "}", {}, 1});
      expected[request.aggregate_id] += std::to_string(n) + " ";
    }
    EXPECT_TRUE(std::holds_alternative<Appended>(store.append(request)));
  }
  return expected;
}

struct Row {
  std::string aggregate;
  std::string text;
};
std::map<std::string, std::string> texts(SqliteReadModel& model) {
  std::map<std::string, std::string> all;
  for (Row& row : model.query<Row>("SELECT aggregate, text FROM texts")) all.emplace(row.aggregate, row.text);
  return all;
}

TEST(DynamoDbReplay, BringsEachAggregateInOrderAndGoesOnAfterAFailure) {
  const test_dynamodb::TestTables tables;
  DynamoDbStore store{tables.options()};
  const auto expected = fill(store);
  EventScan& scan = *store.published().scan;
  SqliteReadModel model{":memory:"};
  Texts table{model};
  InMemory in_memory;
  const ReplaySource source = ReplaySource::scan(scan, store, 3);
  EXPECT_TRUE(Replay(source, {.threads = 3}).add(table).add(in_memory).run().complete);
  EXPECT_EQ(texts(model), expected);
  EXPECT_EQ(in_memory.texts, expected);

  table.fail_at = "a35";
  EXPECT_THROW(Replay(source, {.threads = 3}).add(table).run(), HandlerFailed);
  EXPECT_LT(texts(model).size(), expected.size() + 1);
  table.fail_at.clear();
  EXPECT_TRUE(Replay(source, {.threads = 3, .resume = true}).add(table).run().complete);
  EXPECT_EQ(texts(model), expected);
}

TEST(DynamoDbReplay, ReadsOneAggregateAlone) {
  const test_dynamodb::TestTables tables;
  DynamoDbStore store{tables.options()};
  const auto expected = fill(store);
  InMemory in_memory;
  ReplayOptions options;
  options.aggregates = {"a23"};
  EXPECT_TRUE(Replay(ReplaySource::scan(*store.published().scan, store), options).add(in_memory).run().complete);
  EXPECT_EQ(in_memory.texts, (std::map<std::string, std::string>{{"a23", expected.at("a23")}}));
}

}  // namespace
}  // namespace leftfold
