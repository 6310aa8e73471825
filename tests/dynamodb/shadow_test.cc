// SPDX-License-Identifier: Apache-2.0
// Tables in the second table that are built beside those in use.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/read_table.h>
#include <leftfold/replay.h>

#include "dynamodb/append_marker.h"
#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/counted.h"
#include "dynamodb/read_table_items.h"
#include "dynamodb/service.h"
#include "support/code_of.h"

namespace leftfold {
namespace {

using test_dynamodb::append;
using test_dynamodb::Counted;
using test_dynamodb::CountedEvents;
using test_dynamodb::TestTables;
using test_support::code_of;

struct Sum {
  std::int64_t n = 0;
};

struct Sums : Projector<CountedEvents> {
  explicit Sums(ReadTables& t) : tables{t}, sums{t, "sums"} {}
  ReadTables& read_model() { return tables; }
  void reset() { sums.clear(); }
  void on(const Counted&, const EventMetadata& meta) {
    sums.add("all", &Sum::n, 1);
    sums.add(meta.aggregate_id, &Sum::n, 1);
  }
  ReadTables& tables;
  ReadTable<Sum> sums;
};

// Items as they are stored.
struct SecondTable {
  explicit SecondTable(const TestTables& tables)
      : transport{dynamodb::connect(tables.options())},
        client{*transport, dynamodb::client_options(tables.options())},
        name{tables.options().events_table + "Leftfold"} {}
  dynamodb::Item item(const dynamodb::ItemKey& key) { return client.get(name, key.item()).item.value(); }
  // What a program does that does not know these attributes.
  void put_without(const dynamodb::ItemKey& key, std::set<std::string_view> attributes) {
    dynamodb::ItemWrite write;
    write.table = name;
    write.item = item(key);
    std::erase_if(write.item, [&](const dynamodb::Attribute& each) { return attributes.contains(each.name); });
    EXPECT_TRUE(client.write(write).applied);
  }
  const std::unique_ptr<dynamodb::Transport> transport;
  dynamodb::Client client;
  const std::string name;
};

// Rows and handled versions, by partition of the second table.
std::map<std::string, std::size_t> generations(const TestTables& tables) {
  const std::unique_ptr<dynamodb::Transport> transport = dynamodb::connect(tables.options());
  dynamodb::Client client{*transport, dynamodb::client_options(tables.options())};
  dynamodb::ScanRequest scan;
  scan.table = tables.options().events_table + "Leftfold";
  scan.consistency = dynamodb::Consistency::consistent;
  std::map<std::string, std::size_t> found;
  do {
    dynamodb::ItemPage page = client.scan(scan);
    for (const dynamodb::Item& item : page.items) {
      const std::string& kind = *dynamodb::find_text(item, dynamodb::kKind);
      if (kind.starts_with("row#") || kind.starts_with("handled#")) ++found[kind];
    }
    scan.after = std::move(page.last_key);
  } while (!scan.after.empty());
  return found;
}

ReplayOptions into_shadow(bool resume = false) {
  ReplayOptions options;
  options.into = ReplayInto::shadow;
  options.resume = resume;
  return options;
}

// A row that somebody spoilt is right again after a swap; until then everybody reads what was there.
TEST(DynamoDbShadow, AReplayFromAScanIsSwappedIn) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  for (int i = 0; i < 30; ++i) append(store, "a" + std::to_string(i), i % 3);
  Sums sums{store.read_tables()};
  {
    Replay first{ReplaySource::scan(store, store), into_shadow()};
    first.add(sums);
    ASSERT_TRUE(first.run().complete);
    EXPECT_FALSE(sums.sums.find("all"));
    first.swap();
  }
  EXPECT_EQ(sums.sums.find("all").value().n, 30);
  sums.sums.put("all", {-5});
  sums.sums.put("stray", {1});
  append(store, "late", 0);
  Replay again{ReplaySource::scan(store, store), into_shadow()};
  again.add(sums);
  ASSERT_TRUE(again.run().complete);
  EXPECT_EQ(sums.sums.find("all").value().n, -5);
  EXPECT_EQ(code_of([&] { (void)again.compare(); }), Errc::invalid_argument) << "a scan has no order";
  again.swap();
  EXPECT_EQ(sums.sums.find("all").value().n, 31);
  EXPECT_EQ(sums.sums.find("a7").value().n, 1);
  EXPECT_FALSE(sums.sums.find("stray"));
  (void)store.read_tables().restore_kept("Sums");
  EXPECT_EQ(sums.sums.find("all").value().n, -5);
}

TEST(DynamoDbShadow, AReplayThatFailedGoesOn) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  for (int i = 0; i < 40; ++i) append(store, "a" + std::to_string(i), i % 3);
  struct Failing : Sums {
    using Sums::Sums;
    void on(const Counted& e, const EventMetadata& meta) {
      if (fail && meta.aggregate_id == "a33") throw std::runtime_error{"no such luck"};
      Sums::on(e, meta);
    }
    bool fail = true;
  };
  Failing sums{store.read_tables()};
  {
    Replay failing{ReplaySource::scan(store, store, 3), into_shadow()};
    failing.add(sums, "Sums");
    EXPECT_THROW((void)failing.run(), HandlerFailed);
  }
  EXPECT_FALSE(sums.sums.find("all"));
  sums.fail = false;
  Replay resumed{ReplaySource::scan(store, store, 3), into_shadow(true)};
  resumed.add(sums, "Sums");
  ASSERT_TRUE(resumed.run().complete);
  resumed.swap();
  EXPECT_EQ(sums.sums.find("all").value().n, 40);
}

// What a busy projector commits is in one generation, with what it says about it: nothing is split by a swap.
TEST(DynamoDbShadow, ABatchThatBeganBeforeASwapStoresNothing) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const ReadTable<Sum> sums{model, "sums"};
  for (const char* name : {"p", "p/1"}) {
    const auto shadow = model.open_shadow("p");
    {
      const auto built = shadow->model().begin("p");
      sums.put("all", {100});
      built->commit(Position{1});
    }
    const auto batch = model.begin(name);
    sums.add("all", &Sum::n, 1);
    batch->set_handled("p", "a", Version{1});
    shadow->begin_swap()->commit();
    EXPECT_EQ(code_of([&] { batch->commit(Position{9}); }), Errc::unavailable);
    EXPECT_EQ(sums.find("all").value().n, 100);
  }
}

// Its item is not there yet, so there is nothing of it that a swap could change.
TEST(DynamoDbShadow, TheFirstBatchOfAPartitionThatBeganBeforeASwapStoresNothing) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const ReadTable<Sum> sums{model, "sums"};
  const auto shadow = model.open_shadow("p");
  {
    const auto built = shadow->model().begin("p");
    sums.put("all", {100});
    built->commit(Position{1});
  }
  const auto batch = model.begin("p/1");
  sums.add("all", &Sum::n, 1);
  shadow->begin_swap()->commit();
  EXPECT_EQ(code_of([&] { batch->commit(Position{9}); }), Errc::unavailable);
  EXPECT_EQ(sums.find("all").value().n, 100);
  EXPECT_FALSE(model.checkpoint("p/1"));
}

// One table of two projectors is somebody's mistake; what is kept of it is one projector's alone.
TEST(DynamoDbShadow, WhatAnotherProjectorKeptIsNotTakenForItsOwn) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const ReadTable<Sum> sums{model, "sums"};
  const auto swap = [&](const char* projector, std::int64_t n) {
    const auto shadow = model.open_shadow(projector);
    {
      const auto built = shadow->model().begin(projector);
      sums.put("all", {n});
      built->commit(Position{n});
    }
    shadow->begin_swap()->commit();
  };
  swap("p", 1);
  swap("q", 2);
  EXPECT_EQ(code_of([&] { (void)model.restore_kept("p"); }), Errc::not_found);
  EXPECT_EQ(sums.find("all").value().n, 2);
  EXPECT_EQ(model.checkpoint("p"), Position{1});
  EXPECT_EQ(model.restore_kept("q"), Position::start());
  EXPECT_EQ(sums.find("all").value().n, 1);
}

TEST(DynamoDbShadow, IsSwappedInWhileTheProjectorIsBusy) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const ReadTable<Sum> sums{model, "sums"};
  std::atomic<bool> done{false};
  std::atomic<int> commits{0};
  std::atomic<int> refused{0};
  // Adds one to the row for each step of the checkpoint, whatever generation it is in.
  std::thread busy{[&] {
    while (!done) {
      try {
        const auto batch = model.begin("p");
        const Position next = batch->checkpoint().value_or(Position::start()).next();
        sums.add("all", &Sum::n, 1);
        batch->commit(next);
        ++commits;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::unavailable) << error.what();
        ++refused;
      }
    }
  }};
  const auto agrees = [&] { return sums.find("all").value().n == model.checkpoint("p").value().value(); };
  for (int i = 0; i < 5; ++i) {
    for (const int before = commits; commits < before + 3;) std::this_thread::yield();
    const auto shadow = model.open_shadow("p");
    {
      const auto built = shadow->model().begin("p");
      sums.clear();
      sums.put("all", {1'000'000 * (i + 1)});
      built->commit(Position{1'000'000 * (i + 1)});
    }
    shadow->begin_swap()->commit();
    EXPECT_GE(model.checkpoint("p"), Position{1'000'000 * (i + 1)});
  }
  done = true;
  busy.join();
  EXPECT_TRUE(agrees()) << sums.find("all").value().n << " " << model.checkpoint("p").value().value();
  EXPECT_GE(model.restore_kept("p"), Position{4'000'000});
  EXPECT_TRUE(agrees()) << "what was kept is of one moment too";
}

// Those before the kept ones, and those of a shadow that was given up.
TEST(DynamoDbShadow, GenerationsOutOfUseAreDeleted) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const ReadTable<Sum> sums{model, "sums"};
  for (int i = 0; i < 4; ++i) {
    const auto shadow = model.open_shadow("p");
    {
      const auto built = shadow->model().begin("p");
      sums.clear();
      for (int row = 0; row < 20; ++row) sums.put(std::to_string(row), {i});
      built->set_handled("p", "a", Version{i});
      built->commit(Position{i});
    }
    if (i == 3) shadow->discard();
    else shadow->begin_swap()->commit();
  }
  EXPECT_GT(generations(tables).size(), 4U);
  for (int i = 0; i < 6; ++i) {  // a commit deletes a little
    const auto batch = model.begin("p");
    sums.put("live", {7});
    batch->set_handled("p", "b", Version{i});
    batch->commit(Position{100 + i});
  }
  EXPECT_EQ(generations(tables).size(), 4U) << "rows and versions, in use and kept";

  (void)model.restore_kept("p");
  EXPECT_EQ(sums.find("1").value().n, 1);
}

// Such as a projector that clears a table with each event: the item of its shadow would outgrow what an item may hold.
TEST(DynamoDbShadow, WhatAShadowClearsIsDeletedWhileItIsBuilt) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const ReadTable<Sum> sums{model, "sums"};
  const auto shadow = model.open_shadow("p");
  for (int i = 0; i < 12; ++i) {
    const auto built = shadow->model().begin("p");
    built->forget_all_handled("p");
    built->set_handled("p", "a", Version{i});
    sums.clear();
    for (int row = 0; row < 3; ++row) sums.put(std::to_string(row), {i});
    built->commit(Position{i});
  }
  EXPECT_LE(generations(tables).size(), 6U) << "two of each at most, and what the last batch cleared";
  shadow->begin_swap()->commit();
  EXPECT_EQ(sums.find("2").value().n, 11);
}

// A program of before there were shadows puts these items without what is kept. Then only some of what was kept would
// come back.
TEST(DynamoDbShadow, WhatAnOlderProgramForgotIsNotMixedWithTheRest) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const ReadTable<Sum> sums{model, "sums"};
  SecondTable second{tables};
  const std::pair<dynamodb::ItemKey, std::set<std::string_view>> forgotten[] = {
      {dynamodb::table_key("sums"), {"kept"}},
      {dynamodb::projector_key("p"), {"kept", "keptCheckpoint", "keptChanges"}},
  };
  for (const auto& [key, attributes] : forgotten) {
    const auto shadow = model.open_shadow("p");
    {
      const auto built = shadow->model().begin("p");
      sums.put("all", {100});
      built->commit(Position{100});
    }
    shadow->begin_swap()->commit();
    second.put_without(key, attributes);
    EXPECT_EQ(code_of([&] { (void)model.restore_kept("p"); }), Errc::not_found) << key.kind;
    EXPECT_EQ(sums.find("all").value().n, 100);
    EXPECT_EQ(model.checkpoint("p"), Position{100});
  }
}

// In every table a partition's row is what its checkpoint says, whoever swaps, rolls back or gives up meanwhile.
TEST(DynamoDbShadow, PartitionsAndTablesAreOfOneGenerationWhateverHappens) {
  constexpr int kSteps = 40;
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const ReadTable<Sum> one{model, "one"};
  const ReadTable<Sum> two{model, "two"};
  const auto agrees_in = [&](const ReadModelTransaction& batch, const std::string& name) {
    const std::int64_t done = batch.checkpoint().value_or(Position::start()).value();
    const std::int64_t found[] = {one.find(name).value_or(Sum{}).n, two.find(name).value_or(Sum{}).n};
    return found[0] == done && found[1] == done;
  };
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::atomic<int> commits{0};
  const auto handle = [&](const std::string& name) {
    while (!done) {
      try {
        const auto batch = model.begin(name);
        const bool agrees = agrees_in(*batch, name);
        const Position next = batch->checkpoint().value_or(Position::start()).next();
        one.add(name, &Sum::n, 1);
        two.add(name, &Sum::n, 1);
        batch->commit(next);
        ++commits;
        if (!agrees) ++wrong;
      } catch (const Error& error) {
        EXPECT_TRUE(error.retryable()) << error.what();
      }
    }
  };
  std::vector<std::thread> busy;
  for (const char* name : {"p", "p/1", "p/2"}) busy.emplace_back(handle, name);
  std::mt19937 random{1};
  for (int i = 0; i < kSteps; ++i) {
    for (const int before = commits; commits < before + 3;) std::this_thread::yield();
    try {
      if (random() % 3 == 0) {
        (void)model.restore_kept("p");
        continue;
      }
      const auto shadow = model.open_shadow("p");
      for (const char* name : {"p", "p/1"}) {
        const std::int64_t n = 1000 * (i + 1);
        const auto built = shadow->model().begin(name);
        for (const auto* table : {&one, &two}) table->put(name, {n});
        built->commit(Position{n});
      }
      if (random() % 4 == 0) shadow->discard();
      else shadow->begin_swap()->commit();
    } catch (const Error& error) {
      EXPECT_TRUE(error.retryable() || error.code() == Errc::not_found) << error.what();
    }
  }
  done = true;
  for (std::thread& each : busy) each.join();
  EXPECT_EQ(wrong, 0);
  for (const char* name : {"p", "p/1", "p/2"}) EXPECT_TRUE(agrees_in(*model.begin(name), name)) << name;
}

// Before anything is built, where that can be known.
TEST(DynamoDbShadow, MorePartitionsThanATransactionHoldsAreRefused) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const auto name = [](int partition) { return partition == 0 ? "p" : "p/" + std::to_string(partition); };
  const auto begin_partitions = [&](int from, int to) {
    for (int partition = from; partition < to; ++partition) model.begin(name(partition))->commit(Position{1});
  };
  begin_partitions(0, 97);
  const ReadTable<Sum> sums{model, "sums"};
  const auto shadow = model.open_shadow("p");
  {
    const auto built = shadow->model().begin("p");
    sums.put("all", {1});
    built->commit(Position{1});
  }
  begin_partitions(97, 98);
  EXPECT_EQ(code_of([&] { (void)model.open_shadow("p"); }), Errc::unsupported);
  EXPECT_EQ(code_of([&] { shadow->begin_swap()->commit(); }), Errc::unsupported);
  EXPECT_FALSE(sums.find("all"));
  shadow->discard();
}

TEST(DynamoDbShadow, APartitionTooManyIsRefusedWhileItIsBuilt) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  ReadTables& model = store.read_tables();
  const ReadTable<Sum> sums{model, "sums"};
  const auto shadow = model.open_shadow("p");
  const auto build = [&](int partition) {
    const auto built = shadow->model().begin(partition == 0 ? "p" : "p/" + std::to_string(partition));
    sums.put(std::to_string(partition), {1});
    built->commit(Position{1});
  };
  for (int partition = 0; partition < 97; ++partition) build(partition);
  EXPECT_EQ(code_of([&] { build(97); }), Errc::unsupported);
  shadow->begin_swap()->commit();
  EXPECT_EQ(sums.find("96").value().n, 1);
}

}  // namespace
}  // namespace leftfold
