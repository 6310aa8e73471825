// SPDX-License-Identifier: Apache-2.0
// Projectors whose tables and checkpoint are in the second table.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/memory.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/read_table.h>
#include <leftfold/replay.h>
#include <leftfold/runner.h>
#include <leftfold/testing/cost.h>
#include <leftfold/testing/run_until_idle.h>

#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/counted.h"
#include "dynamodb/read_table_items.h"
#include "dynamodb/service.h"
#include "support/code_of.h"
#include "support/source_dir.h"

namespace leftfold {
namespace {

using test_dynamodb::append;
using test_dynamodb::Counted;
using test_dynamodb::CountedEvents;
using test_dynamodb::TestTables;
using test_support::code_of;

struct Sum {
  std::int64_t n = 0;
  std::vector<std::string> from;
};

// All items of the second table whose kind begins with `prefix`.
std::size_t items_of(const TestTables& tables, const std::string& prefix) {
  const std::unique_ptr<dynamodb::Transport> transport = dynamodb::connect(tables.options());
  dynamodb::Client client{*transport, dynamodb::client_options(tables.options())};
  dynamodb::ScanRequest scan;
  scan.table = tables.options().events_table + "Leftfold";
  scan.consistency = dynamodb::Consistency::consistent;
  std::size_t count = 0;
  do {
    dynamodb::ItemPage page = client.scan(scan);
    for (const dynamodb::Item& item : page.items)
      count += dynamodb::find_text(item, "k")->starts_with(prefix) ? 1U : 0U;
    scan.after = std::move(page.last_key);
  } while (!scan.after.empty());
  return count;
}

// Two processes that both believe to have a partition.
TEST(DynamoDbTables, AZombiesBatchIsStoredByNobodyElse) {
  const TestTables tables;
  DynamoDbStore first{tables.options()};
  DynamoDbStore second{tables.options()};
  const ReadTable<Sum> of_first{first.read_tables(), "sums"};
  const ReadTable<Sum> of_second{second.read_tables(), "sums"};
  for (const bool adds : {true, false}) {
    const auto write = [adds](const ReadTable<Sum>& sums) {
      if (adds) sums.add("all", &Sum::n, 1);
      else sums.update("all", [](Sum& sum) { ++sum.n; });
    };
    const auto zombie = first.read_tables().begin("p");
    write(of_first);
    const auto owner = second.read_tables().begin("p");
    write(of_second);
    owner->commit(owner->checkpoint().value_or(Position::start()).next());
    EXPECT_EQ(code_of([&] { zombie->commit(zombie->checkpoint().value_or(Position::start()).next()); }),
              Errc::unavailable);
  }
  EXPECT_EQ(of_second.find("all").value().n, 2);
  EXPECT_EQ(first.read_tables().checkpoint("p"), Position{2});
}

TEST(DynamoDbTables, PartitionsMeetOnARowOnlyWhereTheyReadIt) {
  const TestTables tables;
  DynamoDbStore first{tables.options()};
  DynamoDbStore second{tables.options()};
  const ReadTable<Sum> of_first{first.read_tables(), "sums"};
  const ReadTable<Sum> of_second{second.read_tables(), "sums"};
  {
    const auto one = first.read_tables().begin("p");
    const auto two = second.read_tables().begin("p/1");
    of_first.add("all", &Sum::n, 1);
    of_second.add("all", &Sum::n, 10);
    of_first.put("blind", {1, {}});
    of_second.put("blind", {2, {}});
    one->commit(Position{1});
    two->commit(Position{1});
  }
  EXPECT_EQ(of_first.find("all").value().n, 11);
  EXPECT_EQ(of_first.find("blind").value().n, 2);
  {
    const auto one = first.read_tables().begin("p");
    const auto two = second.read_tables().begin("p/1");
    of_first.update("all", [](Sum& sum) { sum.n += 1; });
    EXPECT_EQ(of_second.find("all").value().n, 11);  // is only read, but what is written depends on it
    of_second.put("copy", {11, {}});
    one->commit(Position{2});
    EXPECT_EQ(code_of([&] { two->commit(Position{2}); }), Errc::unavailable);
  }
  EXPECT_EQ(of_first.find("all").value().n, 12);
  EXPECT_FALSE(of_first.find("copy"));
  EXPECT_EQ(first.read_tables().checkpoint("p/1"), Position{1});
}

// The process that cleared the table is gone before it deleted what was in it.
TEST(DynamoDbTables, RowsOfAClearedTableAreDeletedByWhoeverComesNext) {
  const int rows_before = test_dynamodb::service_name() == "moto" ? 250 : 1000;  // moto is slow
  const TestTables tables;
  const std::string rows = "row#sums#";
  {
    DynamoDbStore store{tables.options()};
    const ReadTable<Sum> sums{store.read_tables(), "sums"};
    for (int from = 0; from < rows_before; from += 50) {
      const auto transaction = store.read_tables().begin("p");
      for (int i = from; i < from + 50; ++i) sums.add("row" + std::to_string(i), &Sum::n, i);
      transaction->commit(Position{from + 50});
    }
    ASSERT_EQ(items_of(tables, rows), static_cast<std::size_t>(rows_before));
    const auto transaction = store.read_tables().begin("p");
    sums.clear();
    sums.put("new", {1, {}});
    transaction->commit(Position::start());
    EXPECT_EQ(sums.rows().size(), 1U);
  }
  const std::size_t left = items_of(tables, rows);
  EXPECT_GT(left, static_cast<std::size_t>(rows_before / 2)) << "a commit deletes some only";
  DynamoDbStore store{tables.options()};
  const ReadTable<Sum> sums{store.read_tables(), "sums"};
  int commits = 0;
  for (; items_of(tables, rows) > 1 && commits < rows_before; ++commits) {
    const auto transaction = store.read_tables().begin("p");
    sums.add("new", &Sum::n, 1);
    transaction->commit(Position{commits + 1});
  }
  EXPECT_LE(commits, 12);
  EXPECT_EQ(sums.find("new").value().n, 1 + commits);
}

// One row an event and one of all, and `n` rows more.
struct Sums : Projector<CountedEvents> {
  explicit Sums(ReadTables& tables) : sums{tables, "sums"} {}
  ReadTables& read_model() { return sums.tables(); }
  void reset() { sums.clear(); }
  void on(const Counted& event, const EventMetadata& meta) {
    sums.add("all", &Sum::n, 1);
    sums.update(meta.aggregate_id, [&](Sum& sum) {
      ++sum.n;
      sum.from.push_back(std::to_string(meta.version.value()));
    });
    for (int i = 0; i < event.n; ++i) sums.add("many" + std::to_string(i), &Sum::n, 1);
  }
  ReadTable<Sum> sums;
};

TEST(DynamoDbProjector, HandlesManyEventsOnce) {
  const int aggregates = test_dynamodb::service_name() == "moto" ? 40 : 500;  // moto is slow
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  MemoryStore events;
  for (int i = 0; i < aggregates; ++i) append(events, "a" + std::to_string(i), 0);
  const CapacityUnits before = store.consumed();
  for (int run = 0; run < 2; ++run) {  // the second one begins in the middle
    Sums sums{store.read_tables()};
    Runner runner{events, {}};
    runner.add(sums);
    testing::run_until_idle(runner, events);
    if (run == 0) {
      for (int i = 0; i < aggregates; ++i) append(events, "a" + std::to_string(i), 0, Version{0});
    }
  }
  const CapacityUnits after = store.consumed();
  RecordProperty("units_an_event", std::to_string((after.write - before.write) / (2.0 * aggregates)));
  const ReadTable<Sum> table{store.read_tables(), "sums"};
  EXPECT_EQ(table.find("all").value().n, 2 * aggregates);
  const auto rows = table.rows();
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(aggregates + 1));
  for (const auto& [key, row] : rows) {
    if (key == "all") continue;
    EXPECT_EQ(row.from, (std::vector<std::string>{"0", "1"})) << key;
  }
}

TEST(DynamoDbProjector, ParksWhatNoTransactionHoldsAndNothingElse) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  MemoryStore events;
  MemoryDeadLetterStore letters{system_clock()};
  const int rows[] = {60, 60, 88, 1, 89, 200, 2, 88};
  for (int i = 0; const int each : rows) append(events, "a" + std::to_string(i++), each);
  Sums sums{store.read_tables()};
  RunnerOptions options;
  options.dead_letters = &letters;
  Runner runner{events, options};
  runner.add(sums);
  testing::run_until_idle(runner, events);
  const std::string subscription = runner.status().at(0).name;
  const auto sequences = letters.sequences(subscription);
  const std::set<std::string> parked{sequences.begin(), sequences.end()};
  EXPECT_EQ(parked, (std::set<std::string>{"a4", "a5"}));
  const auto letter = letters.letters(subscription, "a5", std::nullopt, 1);
  ASSERT_EQ(letter.size(), 1U);
  EXPECT_NE(letter[0].error_message.find("projector Sums: one event writes and reads more than 90 rows"),
            std::string::npos)
      << letter[0].error_message;
  EXPECT_EQ(sums.sums.find("all").value().n, 6);
  EXPECT_EQ(sums.sums.find("many0").value().n, 6);
  EXPECT_EQ(sums.sums.find("many87").value().n, 2);
}

TEST(DynamoDbProjector, IsReplayedInPlace) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  for (int i = 0; i < 30; ++i) append(store, "a" + std::to_string(i), i % 3);
  Sums sums{store.read_tables()};
  const auto replay = [&] {
    ReplayOptions options;
    options.into = ReplayInto::in_place;
    Replay made{ReplaySource::scan(store, store), options};
    made.add(sums);
    (void)made.run();
  };
  replay();
  append(store, "late", 0);
  replay();
  EXPECT_EQ(sums.sums.find("all").value().n, 31);
  EXPECT_EQ(sums.sums.find("a7").value().n, 1);
}

TEST(DynamoDbTables, CostWhatThePageSays) {
  if (test_dynamodb::service_name() == "moto") return;  // it reports no sizes: every request costs the same
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  const ReadTable<Sum> sums{store.read_tables(), "sums"};
  const auto batch = [&](auto write) {
    const auto transaction = store.read_tables().begin("p");
    write();
    transaction->commit(Position{1});
  };
  using namespace testing;
  batch([] {});
  sums.add("added", &Sum::n, 1);
  costs_at_most(write_units{1}, read_units{1}).check(store, [&] { batch([] {}); });
  costs_at_most(write_units{4}, read_units{2}).check(store, [&] { batch([&] { sums.add("added", &Sum::n, 1); }); });
  costs_at_most(write_units{4}, read_units{3}).check(store, [&] {
    batch([&] { sums.update("added", [](Sum& sum) { ++sum.n; }); });
  });
  costs_at_most(write_units{0}, read_units{2}).check(store, [&] { (void)sums.find("added"); });
  costs_at_most(write_units{1}, read_units{1}).check(store, [&] { sums.put("put", {}); });
  costs_at_most(write_units{2}, read_units{1}).check(store, [&] { sums.add("added", &Sum::n, 1); });
}

TEST(DynamoDbTables, ARowIsTheItemThatThePageShows) {
  std::ifstream file{test_support::source_dir() / "docs/stores/dynamodb.md"};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  dynamodb::Item item = dynamodb::ItemKey{dynamodb::rows_kind("hot_products", 0), "apple"}.item();
  item.push_back({"r", Bytes{}});
  dynamodb::Map row = dynamodb::row_contents("hot_products", "apple", R"({"quantity":3})");
  item.insert(item.end(), row.begin(), row.end());
  std::string text;
  for (const dynamodb::Attribute& each : item) {
    text += each.name == "r" ? "r = {\"B\":\"AY80BpAAcACAAAAAAAAAAQ==\"}\n" : test_dynamodb::attribute_line(each);
  }
  EXPECT_NE(page.find("```text\n" + text + "```"), page.npos) << text;
}

TEST(DynamoDbTables, RefusesWhatAnItemCannotHold) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& read = store.read_tables();
  const auto refused = [&](const std::string& row, const std::string& text) {
    try {
      read.put("sums", "a", row);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_argument);
      EXPECT_NE(std::string{error.what()}.find(text), std::string::npos) << error.what();
      return;
    }
    ADD_FAILURE() << "stored: " << row.substr(0, 80);
  };
  refused(R"({"n":1234567890123456789012345678901234567891})", "table \"sums\", row \"a\": $.n has 40 digits");
  refused(R"({"text":")" + std::string(410'000, 'x') + "\"}", "an item of DynamoDB has 409600 at most");
  const auto transaction = read.begin("p");
  EXPECT_EQ(code_of([&] { (void)read.begin("p"); }), Errc::invalid_argument);
}

}  // namespace
}  // namespace leftfold
