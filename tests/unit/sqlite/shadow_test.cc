// SPDX-License-Identifier: Apache-2.0
// Shadows of a SqliteReadModel: built beside the tables in use, compared, swapped, rolled back.
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/listener.h>

#include "shadow_support.h"
#include "support/code_of.h"

namespace leftfold::shadow_test {
namespace {

using test_support::code_of;

TEST_F(ShadowOfATable, is_the_same_as_the_table_in_use_and_takes_its_place) {
  sell_many(100);
  Sales sales{model};
  handle(sales);
  const std::vector<Row> before = rows();
  sell_many(30);  // not handled yet
  Sales again{model};
  Replay replay{store, into_shadow()};
  replay.add(again);
  EXPECT_TRUE(replay.run().complete);
  EXPECT_EQ(rows(), before) << "the table in use is untouched";
  const auto found = replay.compare();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at, Position{100});
  EXPECT_EQ(found[0].found.tables, std::vector<std::string>{"sales"});
  EXPECT_EQ(found[0].found.rows, 7U);
  EXPECT_EQ(found[0].found.different, 0U);
  replay.swap();
  EXPECT_EQ(model.checkpoint("Sales"), Position{130}) << "brought to the end of the store";
  EXPECT_FALSE(shadow_left());
  const std::vector<Row> swapped = rows();
  sell_many(14);
  handle(sales);
  EXPECT_EQ(model.checkpoint("Sales"), Position{144});
  EXPECT_NE(rows(), swapped);
  Sales fresh{model};
  Replay in_place{store};
  const std::vector<Row> live = rows();
  in_place.add(fresh).run();
  EXPECT_EQ(rows(), live) << "as if it had been handled live from the first event";
}

TEST_F(ShadowOfATable, shows_what_drifted) {
  sell_many(70);
  Sales sales{model};
  handle(sales);
  model.execute("UPDATE sales SET quantity = quantity + 1 WHERE product = 3");
  model.execute("DELETE FROM sales WHERE product = 5");
  model.execute("INSERT INTO sales VALUES(99, 1)");
  Sales again{model};
  Replay replay{store, into_shadow()};
  replay.add(again).run();
  const TableComparison found = replay.compare(2).front().found;
  EXPECT_EQ(found.different, 3U);
  ASSERT_EQ(found.first.size(), 2U);
  EXPECT_EQ(found.first[0].table, "sales");
  EXPECT_EQ(found.first[0].key, "3");
  EXPECT_NE(found.first[0].live, found.first[0].shadow);
  EXPECT_EQ(found.first[1].key, "99");
  EXPECT_EQ(found.first[1].shadow, "");
  replay.discard();
  EXPECT_FALSE(shadow_left());
}

TEST_F(ShadowOfATable, compares_tables_without_a_key_row_by_row) {
  sell_many(20);
  SalesLog log{model};
  handle(log);
  const auto compared = [&] {
    SalesLog again{model};
    Replay replay{store, into_shadow()};
    replay.add(again).run();
    const TableComparison found = replay.compare().front().found;
    replay.discard();
    return found;
  };
  EXPECT_EQ(compared().different, 0U);
  model.execute("DELETE FROM sales_log WHERE rowid = 4");
  EXPECT_EQ(compared().different, 2U) << "so many of these rows here, so many there";
}

TEST_F(ShadowOfATable, swaps_in_other_tables_and_rolls_back_to_the_old_ones) {
  sell_many(50);
  Sales sales{model};
  handle(sales);
  const std::vector<Row> old = rows();
  RicherSales richer{model};
  Replay replay{store, into_shadow()};
  replay.add(richer).run();
  const auto found = replay.compare().front().found;
  EXPECT_EQ(found.different, 2U);
  EXPECT_EQ(found.first[0].key, "columns");
  sell_many(20);
  replay.swap();
  EXPECT_EQ(model.query<int>("SELECT sum(times) FROM sales").front(), 70);
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM log").front(), 7);
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM best").front(), 1);
  sell(50);
  handle(richer);
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM log WHERE product = 50").front(), 1) << "the trigger works";
  EXPECT_EQ(model.query<int>("SELECT max(id) FROM log").front(), 8) << "and goes on counting";

  EXPECT_EQ(model.restore_kept("Sales"), Position{50});
  EXPECT_EQ(rows(), old);
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM sqlite_schema WHERE name IN ('log', 'best', 'noted')").front(), 0);
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM sqlite_schema WHERE name = 'sales_by_quantity'").front(), 1);
  handle(sales);
  EXPECT_EQ(model.checkpoint("Sales"), Position{71});
  EXPECT_EQ(rows().size(), 8U);

  EXPECT_EQ(model.restore_kept("Sales"), Position{71}) << "and forth again";
  EXPECT_EQ(model.query<int>("SELECT sum(times) FROM sales").front(), 71);
}

TEST_F(ShadowOfATable, has_nothing_to_roll_back_to_before_a_swap) {
  EXPECT_EQ(code_of([&] { (void)model.restore_kept("Sales"); }), Errc::not_found);
}

TEST_F(ShadowOfATable, of_a_new_projector_has_nothing_to_compare_with) {
  sell_many(20);
  Sales sales{model};
  Replay replay{store, into_shadow()};
  replay.add(sales).run();
  EXPECT_FALSE(replay.compare().front().at.has_value());
  replay.swap();
  EXPECT_EQ(rows().size(), 7U);
  handle(sales);
  EXPECT_EQ(model.checkpoint("Sales"), Position{20});
}

TEST_F(ShadowOfATable, of_a_new_projector_is_not_compared_with_tables_that_were_begun_meanwhile) {
  sell_many(20);
  Sales sales{model};
  Replay replay{store, into_shadow()};
  replay.add(sales).run();
  Sales live{model};
  Replay(store, {.to = Position{5}}).add(live).run();
  EXPECT_FALSE(replay.compare().front().at.has_value());
  replay.swap();
  EXPECT_EQ(model.checkpoint("Sales"), Position{20});
}

TEST_F(ShadowOfATable, keeps_an_index_that_somebody_made_by_hand) {
  sell_many(20);
  Sales sales{model};
  handle(sales);
  model.execute("CREATE INDEX by_hand ON sales(quantity, product)");
  Sales again{model};
  Replay replay{store, into_shadow()};
  replay.add(again).run();
  replay.swap();
  EXPECT_EQ(model.query<std::string>("SELECT tbl_name FROM sqlite_schema WHERE name = 'by_hand'"),
            std::vector<std::string>{"sales"});
}

TEST_F(ShadowOfATable, keeps_only_the_last_generation) {
  sell_many(20);
  Sales sales{model};
  handle(sales);
  for (int factor = 2; factor <= 4; ++factor) {
    Sales again{model, factor};
    Replay replay{store, into_shadow()};
    replay.add(again).run();
    replay.swap();
  }
  EXPECT_EQ(model
                .query<int>("SELECT count(*) FROM sqlite_schema WHERE type = 'table' "
                            "AND name LIKE 'leftfold\\_kept/%' ESCAPE '\\'")
                .front(),
            1);
  const int now = model.query<int>("SELECT sum(quantity) FROM sales").front();
  (void)model.restore_kept("Sales");
  EXPECT_EQ(model.query<int>("SELECT sum(quantity) FROM sales").front() * 4, now * 3);
}

TEST_F(ShadowOfATable, is_built_by_one_at_a_time_and_goes_on_where_it_stopped) {
  sell_many(300);
  Sales sales{model};
  std::stop_source stop;
  stop.request_stop();
  {
    Replay stopped{store, into_shadow()};
    stopped.add(sales);
    EXPECT_FALSE(stopped.run(stop.get_token()).complete);
    EXPECT_EQ(code_of([&] { stopped.swap(); }), Errc::invalid_argument) << "half a shadow is never swapped in";
    Sales other{model};
    Replay second{store, into_shadow()};
    second.add(other);
    EXPECT_EQ(code_of([&] { second.run(); }), Errc::unavailable);
  }
  ReplayOptions options = into_shadow();
  options.resume = true;
  Replay resumed{store, options};
  EXPECT_TRUE(resumed.add(sales).run().complete);
  resumed.swap();
  EXPECT_EQ(rows().size(), 7U);
}

// The Runner has the checkpoint in mind where the swap left it, and must see that the tables are others.
TEST_F(ShadowOfATable, is_noticed_by_a_runner_that_has_nothing_to_do) {
  sell_many(35);
  Sales sales{model};
  Runner runner{store};
  runner.add(sales);
  Running running = runner.start();
  ASSERT_TRUE(runner.wait_until_handled(store.head(), {}, kNever));
  Sales thousandfold{model, 1'000};
  Replay replay{store, into_shadow()};
  replay.add(thousandfold).run();
  replay.swap();
  sell(1, 1);
  ASSERT_TRUE(runner.wait_until_handled(store.head(), {}, kNever));
  running.finish();
  EXPECT_EQ(model.query<int>("SELECT quantity % 1000 FROM sales WHERE product = 1").front(), 1);
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM sales WHERE quantity % 1000 <> 0").front(), 1);
}

// A version that cannot handle one product.
struct FragileSales : Projector<SaleEvents> {
  static constexpr std::string_view handler_name = "Sales";
  explicit FragileSales(SqliteReadModel& d) : sales{d} {}
  SqliteReadModel& read_model() { return sales.db; }
  void reset() { sales.reset(); }
  void on(const Sold& e) {
    if (e.product == 3) throw std::runtime_error{"no such product"};
    sales.on(e);
  }
  Sales sales;
};

// The same checkpoint, but what is parked behind it is news to the Runner.
TEST_F(ShadowOfATable, tells_a_runner_what_was_parked_while_it_was_built) {
  sell_many(35);
  Sales sales{model};
  RunnerOptions with_letters;
  with_letters.dead_letters = &store.dead_letters();
  Runner runner{store, with_letters};
  runner.add(sales);
  Running running = runner.start();
  ASSERT_TRUE(runner.wait_until_handled(store.head(), {}, kNever));
  FragileSales fragile{model};
  ReplayOptions options = into_shadow();
  options.on_error = OnReplayError::park;
  options.dead_letters = &store.dead_letters();
  Replay replay{store, options};
  EXPECT_EQ(replay.add(fragile).run().projectors.front().parked, 5U);
  replay.swap();
  sell(3);
  sell(4);
  ASSERT_TRUE(runner.wait_until_handled(store.head(), {}, kNever));
  EXPECT_EQ(store.dead_letters().count({}).letters, 6U) << "the new event went behind them";
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM sales WHERE product = 3").front(), 0);
  EXPECT_EQ(runner.redrive("Sales", "product-3").handled, 6U);
  running.finish();
  EXPECT_EQ(rows()[3], (Row{3, 1 + 3 + 0 + 2 + 4 + 1}));
}

// Rowids are what SQLite's users sort by when they have nothing else.
TEST_F(ShadowOfATable, keeps_the_rowids_of_tables_with_and_without_keys) {
  struct Kinds : Projector<SaleEvents> {
    explicit Kinds(SqliteReadModel& d) : db{d} {}
    SqliteReadModel& read_model() { return db; }
    void reset() {
      for (const char* table : {"keyed", "plain", "computed"}) db.execute("DROP TABLE IF EXISTS " + std::string{table});
      db.execute("CREATE TABLE keyed(name TEXT PRIMARY KEY, quantity INTEGER)");
      db.execute("CREATE TABLE plain(name TEXT, quantity INTEGER)");
      db.execute("CREATE TABLE computed(name TEXT UNIQUE, quantity INTEGER, twice INTEGER AS (quantity * 2) STORED)");
    }
    void on(const Sold& e) {
      const std::string name = "n" + std::to_string(97 * e.product % 31);
      for (const char* table : {"keyed", "plain", "computed"}) {
        db.execute("DELETE FROM " + std::string{table} + " WHERE name = ?", name);
        db.execute("INSERT INTO " + std::string{table} + "(name, quantity) VALUES(?, ?)", name, e.quantity);
      }
    }
    SqliteReadModel& db;
  };
  sell_many(40);
  Kinds kinds{model};
  handle(kinds);
  const auto contents = [&] {
    std::vector<std::string> all;
    for (const char* table : {"keyed", "plain", "computed"}) {
      for (std::string& row : model.query<std::string>("SELECT rowid || ' ' || name || ' ' || quantity FROM " +
                                                       std::string{table} + " ORDER BY rowid")) {
        all.push_back(std::move(row));
      }
    }
    return all;
  };
  const std::vector<std::string> before = contents();
  Kinds again{model};
  Replay replay{store, into_shadow()};
  replay.add(again).run();
  EXPECT_EQ(replay.compare().front().found.different, 0U);
  replay.swap();
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM computed WHERE twice = 2 * quantity").front(), 7);
}

// Random histories, appended while a Runner handles and shadows are built, compared, swapped and rolled back beside it.
TEST_F(ShadowOfATable, leaves_what_live_handling_alone_had_made) {
  std::mt19937 random{20'261};
  for (int round = 0; round < 6; ++round) {
    Sales live{model};
    Runner runner{store};
    runner.add(live);
    Running running = runner.start();
    std::jthread writer{[&](const std::stop_token& stop) {
      for (int n = 0; n < 400 && !stop.stop_requested(); ++n) sell(n % 11, n % 3);
    }};
    for (int swaps = 0; swaps < 3; ++swaps) {
      Sales again{model};
      ReplayOptions options = into_shadow();
      options.batch = 1 + random() % 50;
      Replay replay{store, options};
      ASSERT_TRUE(replay.add(again).run().complete);
      const auto found = replay.compare();
      ASSERT_EQ(found.front().found.different, 0U) << found.front().found.first.front().key;
      if (random() % 4 == 0) {
        replay.discard();
      } else {
        replay.swap();
        if (random() % 3 == 0) (void)model.restore_kept("Sales");
      }
    }
    writer.join();
    ASSERT_TRUE(runner.wait_until_handled(store.head(), {}, kNever));
    running.finish();
    std::map<int, int> expected;
    for (Position at; at < store.head();) {
      for (const RecordedEvent& event : store.read_all(at, 1'000)) {
        const Sold sold = from_json<Sold>(event.payload);
        expected[sold.product] += sold.quantity;
        at = event.position;
      }
    }
    std::map<int, int> table;
    for (const Row& row : rows()) table[row.product] = row.quantity;
    ASSERT_EQ(table, expected) << "round " << round;
  }
}

TEST_F(ShadowOfATable, is_refused_where_there_can_be_none) {
  SqliteReadModel in_memory{":memory:"};
  Sales sales{in_memory};
  Replay replay{store, into_shadow()};
  replay.add(sales);
  EXPECT_EQ(code_of([&] { replay.run(); }), Errc::unsupported);
  Sales chosen{model};
  ReplayOptions options = into_shadow();
  options.from = Position{2};
  Replay part{store, options};
  EXPECT_EQ(code_of([&] { part.add(chosen); }), Errc::invalid_argument);
}

}  // namespace
}  // namespace leftfold::shadow_test
