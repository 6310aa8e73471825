// SPDX-License-Identifier: Apache-2.0
// What a swap of shadows touches, and what it leaves alone.
#include <sqlite3.h>

#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/log.h>

#include "shadow_support.h"
#include "support/code_of.h"

namespace leftfold::shadow_test {
namespace {

using test_support::code_of;

// A table with a name of the store's.
struct EventTable : Projector<SaleEvents> {
  static constexpr std::string_view handler_name = "Sales";
  explicit EventTable(SqliteReadModel& d) : db{d} {}
  SqliteReadModel& read_model() { return db; }
  void reset() { db.execute("CREATE TABLE IF NOT EXISTS events(product INTEGER PRIMARY KEY)"); }
  void on(const Sold& e) { db.execute("INSERT OR IGNORE INTO events VALUES(?)", e.product); }
  SqliteReadModel& db;
};

// A later version with a view to write to, and names in another case.
struct Shouting : Projector<SaleEvents> {
  static constexpr std::string_view handler_name = "Sales";
  explicit Shouting(SqliteReadModel& d) : db{d} {}
  SqliteReadModel& read_model() { return db; }
  void reset() {
    db.execute("DROP VIEW IF EXISTS sold");
    db.execute("DROP TABLE IF EXISTS SALES");
    db.execute("CREATE TABLE SALES(product INTEGER PRIMARY KEY, quantity INTEGER NOT NULL)");
    db.execute("CREATE VIEW sold AS SELECT product, quantity FROM SALES");
    db.execute(
        "CREATE TRIGGER add_sold INSTEAD OF INSERT ON sold BEGIN INSERT INTO SALES VALUES(new.product, new.quantity) "
        "ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity; END");
  }
  void on(const Sold& e) { db.execute("INSERT INTO sold VALUES(?, ?)", e.product, e.quantity); }
  SqliteReadModel& db;
};

// Another program in the middle of a transaction.
class Writer {
 public:
  explicit Writer(const std::string& file) {
    if (sqlite3_open(file.c_str(), &connection_) != SQLITE_OK ||
        sqlite3_exec(connection_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::runtime_error{sqlite3_errmsg(connection_)};
  }
  ~Writer() { sqlite3_close(connection_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

 private:
  sqlite3* connection_ = nullptr;
};

// The first projector is swapped in when the second one's swap fails; the next call goes on with the second.
TEST_F(ShadowOfATable, is_swapped_once_when_a_later_one_fails) {
  sell_many(40);
  SqliteReadModel other_file{(folder_.path() / "other.db").string(), std::chrono::milliseconds{20}};
  Sales first{model};
  Sales second{other_file};
  handle(first);
  ReplayOptions options = into_shadow();
  options.patience = {};
  Replay replay{store, options};
  replay.add(first).add(second, "Second").run();
  {
    const Writer somebody{(folder_.path() / "other.db").string()};
    EXPECT_EQ(code_of([&] { replay.swap(); }), Errc::unavailable);
  }
  EXPECT_FALSE(shadow_left()) << "the first one is swapped in";
  replay.swap();
  EXPECT_EQ(other_file.query<int>("SELECT count(*) FROM sales").front(), 7);
  EXPECT_EQ(rows().size(), 7U);
  EXPECT_EQ(model.restore_kept("Sales"), Position{40});
}

// Is told that a replay waits.
struct Heard final : Logger {
  explicit Heard(std::optional<Writer>& w) : writer{w} {}
  [[nodiscard]] bool enabled(LogLevel level) const noexcept override { return level >= LogLevel::warn; }
  void log(LogLevel level, std::string_view, std::string_view message, std::span<const LogField>) noexcept override {
    if (!writer || level < LogLevel::warn) return;
    what = message;
    writer.reset();
  }
  std::optional<Writer>& writer;
  std::string what;
};

TEST_F(ShadowOfATable, is_swapped_in_once_nobody_is_in_the_way) {
  sell_many(40);
  SqliteReadModel tables{(folder_.path() / "other.db").string(), std::chrono::milliseconds{20}};
  Sales sales{tables};
  std::optional<Writer> somebody;
  Heard heard{somebody};
  ReplayOptions options = into_shadow();
  options.log = &heard;
  Replay replay{store, options};
  EXPECT_TRUE(replay.add(sales).run().complete);
  somebody.emplace((folder_.path() / "other.db").string());
  replay.swap();
  EXPECT_EQ(heard.what, "a store does not answer; trying again");
  EXPECT_EQ(tables.checkpoint("Sales"), Position{40});
  EXPECT_EQ(tables.query<int>("SELECT count(*) FROM sales").front(), 7);
}

// In the store's own file the name is refused by the read model; a shadow is another file.
TEST_F(ShadowOfATable, never_takes_the_place_of_the_events) {
  sell_many(10);
  EventTable events{model};
  Replay replay{store, into_shadow()};
  replay.add(events).run();
  EXPECT_EQ(code_of([&] { replay.swap(); }), Errc::invalid_argument);
  EXPECT_EQ(store.read_all(Position::start(), 100).size(), 10U);
  sell(1);
}

TEST_F(ShadowOfATable, has_views_with_triggers_and_names_in_any_case) {
  sell_many(30);
  Sales sales{model};
  handle(sales);
  const std::vector<Row> before = rows();
  for (int swaps = 0; swaps < 2; ++swaps) {
    Shouting shouting{model};
    Replay replay{store, into_shadow()};
    replay.add(shouting).run();
    replay.swap();
    EXPECT_EQ(rows(), before);
  }
  sell(3, 10);
  Shouting live{model};
  handle(live);
  EXPECT_EQ(rows()[3].quantity, before[3].quantity + 10) << "the trigger works";
  EXPECT_EQ(model.restore_kept("Sales"), Position{30});
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM sqlite_schema WHERE name = 'add_sold'").front(), 1);
}

// Partitions are "Sales/1"; this is another projector.
TEST_F(ShadowOfATable, leaves_a_projector_alone_whose_name_begins_with_its_own) {
  sell_many(20);
  Sales sales{model};
  SalesLog log{model};
  Runner runner{store};
  HandlerOptions named;
  named.name = "Sales/log";
  runner.add(sales).add(log, named);
  testing::run_until_idle(runner, store);
  Sales again{model};
  Replay replay{store, into_shadow()};
  replay.add(again).run();
  replay.swap();
  EXPECT_EQ(model.checkpoint("Sales/log"), Position{20});
  (void)model.restore_kept("Sales");
  EXPECT_EQ(model.checkpoint("Sales/log"), Position{20});
}

}  // namespace
}  // namespace leftfold::shadow_test
