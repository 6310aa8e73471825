// SPDX-License-Identifier: Apache-2.0
// What SqliteReadModel promises beyond the port.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>

#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::code_of;
using test_sqlite::options_for;
using test_sqlite::request;
using test_sqlite::TempDir;

struct Product {
  std::string name;
  std::int64_t quantity = 0;
  double price = 0;
  std::optional<std::string> note;
  bool hot = false;
};

class ReadModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    model.execute("CREATE TABLE products(name TEXT PRIMARY KEY, quantity INTEGER, price REAL, note TEXT, hot INTEGER)");
  }
  void expect_refused(const char* sql, const std::string& says) {
    std::string text;
    EXPECT_EQ(code_of([&] { model.execute(sql); }, &text), Errc::invalid_argument) << sql;
    EXPECT_NE(text.find(says), text.npos) << text;
    EXPECT_NE(text.find(sql), text.npos) << text;
  }
  std::int64_t count() { return model.query<std::int64_t>("SELECT count(*) FROM products").at(0); }

  TempDir folder;
  SqliteReadModel model{folder.file()};
};

// -1 is what a process commits that made the tables and does not have partition 0: whoever has it must not make them
// again, over rows that are written already. Kafka with two processes that start at once does that.
TEST_F(ReadModelTest, a_checkpoint_of_minus_one_is_one) {
  {
    const auto made = model.begin("Totals");
    EXPECT_EQ(made->checkpoint(), std::nullopt);
    made->commit(Position{-1});
  }
  EXPECT_EQ(model.begin("Totals")->checkpoint(), Position{-1});
  EXPECT_EQ(model.checkpoint("Totals"), Position{-1});
}

TEST_F(ReadModelTest, rows_are_plain_structs) {
  EXPECT_EQ(
      model.execute("INSERT INTO products VALUES(?, ?, ?, ?, ?)", "apple", 3, 0.25, std::optional<std::string>{}, true),
      1);
  EXPECT_EQ(model.execute("INSERT INTO products VALUES(?, ?, ?, ?, ?)", std::string{""},
                          std::numeric_limits<std::int64_t>::min(), 1.5F, std::optional<std::string_view>{"n"}, false),
            1);
  const auto rows = model.query<Product>("SELECT * FROM products ORDER BY name DESC");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].name, "apple");
  EXPECT_EQ(rows[0].quantity, 3);
  EXPECT_EQ(rows[0].price, 0.25);
  EXPECT_FALSE(rows[0].note);
  EXPECT_TRUE(rows[0].hot);
  EXPECT_EQ(rows[1].name, "");
  EXPECT_EQ(rows[1].quantity, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(rows[1].note, "n");
  EXPECT_EQ(model.execute("UPDATE products SET quantity = 1"), 2);
  EXPECT_EQ(model.execute("CREATE TABLE other(x)"), 0);
  EXPECT_EQ(model.query<std::string>("SELECT name FROM products WHERE quantity = ? ORDER BY name", 1).size(), 2U);
}

TEST_F(ReadModelTest, misuse_is_refused_with_the_statement) {
  expect_refused("INSERT INTO products(name) VALUES('x'); DELETE FROM products", "more than one statement");
  expect_refused("SELECT * FROM products", "use query()");
  expect_refused("INSERT INTO nowhere VALUES(1)", "no such table");
  expect_refused("", "no statement");
  expect_refused("INSERT INTO products(name) VALUES(?)", "1 parameters, but 0 arguments");
  EXPECT_EQ(model.execute("DELETE FROM products;  -- and a comment"), 0);
  EXPECT_EQ(code_of([&] { (void)model.query<int>("DELETE FROM products"); }), Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)model.query<std::string>("DELETE FROM products RETURNING name"); }),
            Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)model.query<Product>("SELECT name FROM products"); }), Errc::invalid_argument);
  EXPECT_EQ(count(), 0);
}

TEST_F(ReadModelTest, a_value_that_does_not_fit_its_field_is_refused) {
  EXPECT_EQ(model.query<int>("SELECT 5.0"), std::vector<int>{5});
  std::string text;
  EXPECT_EQ(code_of([&] { (void)model.query<int>("SELECT 'x' AS name"); }, &text), Errc::invalid_argument);
  EXPECT_NE(text.find("column 1 (name)"), text.npos) << text;
  EXPECT_EQ(code_of([&] { (void)model.query<int>("SELECT 1.5"); }), Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)model.query<int>("SELECT NULL"); }), Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)model.query<std::string>("SELECT NULL"); }), Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)model.query<std::string>("SELECT 1"); }), Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)model.query<double>("SELECT 'x'"); }), Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)model.query<std::int8_t>("SELECT 128"); }), Errc::invalid_argument);
}

TEST_F(ReadModelTest, the_user_s_sql_cannot_end_the_transaction_or_reach_outside) {
  const auto transaction = model.begin("p");
  model.execute("INSERT INTO products(name) VALUES('x')");
  for (const char* sql : {"COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT s", "END"})
    expect_refused(sql, "transactions are leftfold's");
  expect_refused("ATTACH 'other.db' AS o", "ATTACH");
  expect_refused("PRAGMA synchronous = OFF", "PRAGMA");
  expect_refused("DELETE FROM leftfold_projections", "tables of leftfold");
  expect_refused("DELETE FROM leftfold_projection_versions", "tables of leftfold");
  transaction->commit(Position{1});
  EXPECT_EQ(count(), 1);
}

TEST_F(ReadModelTest, the_store_s_tables_can_be_read_but_not_written) {
  SqliteStore store{options_for(folder.file())};
  ASSERT_EQ(store.append(request("a", -1, 2)).index(), 0U);
  SqliteReadModel guarded{folder.file()};
  EXPECT_EQ(guarded.query<int>("SELECT count(*) FROM events"), std::vector<int>{2});
  for (const char* sql :
       {"DELETE FROM events", "UPDATE subscriptions SET epoch = 0", "DROP TABLE commands",
        "INSERT INTO streams(name) VALUES('x')", "ALTER TABLE events RENAME TO mine", "CREATE INDEX i ON Events(type)",
        "CREATE TRIGGER t AFTER INSERT ON events BEGIN SELECT 1; END"}) {
    EXPECT_EQ(code_of([&] { guarded.execute(sql); }), Errc::invalid_argument) << sql;
  }
  EXPECT_EQ(store.head(), Position{2});
}

TEST_F(ReadModelTest, an_append_inside_a_transaction_on_the_same_file_is_refused_instead_of_waiting_for_itself) {
  SqliteStore store{options_for(folder.file())};
  SqliteReadModel second{folder.file()};
  {
    const auto transaction = model.begin("p");
    std::string text;
    EXPECT_EQ(code_of([&] { (void)store.append(request("a", -1)); }, &text), Errc::invalid_argument);
    EXPECT_NE(text.find("wait for itself"), text.npos) << text;
    EXPECT_EQ(code_of([&] { second.execute("DELETE FROM products"); }), Errc::invalid_argument);
  }
  EXPECT_EQ(store.append(request("a", -1)).index(), 0U);
}

TEST_F(ReadModelTest, a_statement_that_failed_leaves_the_transaction_open) {
  const auto transaction = model.begin("p");
  model.execute("INSERT INTO products(name) VALUES('x')");
  expect_refused("INSERT INTO products(name) VALUES('x')", "UNIQUE");
  model.execute("INSERT INTO products(name) VALUES('y')");
  transaction->commit(Position{4});
  EXPECT_EQ(count(), 2);
  EXPECT_EQ(code_of([&] { transaction->commit(Position{5}); }), Errc::invalid_argument);
}

TEST_F(ReadModelTest, handled_versions_are_not_written_outside_of_their_transaction) {
  const auto transaction = model.begin("p");
  transaction->set_handled("p", "a", Version{1});
  transaction->commit(Position{4});
  EXPECT_EQ(code_of([&] { transaction->set_handled("p", "a", Version{2}); }), Errc::unavailable);
  EXPECT_EQ(code_of([&] { transaction->forget_handled("p", "a"); }), Errc::unavailable);
  EXPECT_EQ(code_of([&] { static_cast<void>(transaction->handled("p", "a")); }), Errc::unavailable);
  EXPECT_EQ(model.begin("p")->handled("p", "a"), Version{1});
}

TEST_F(ReadModelTest, a_file_that_an_older_program_made_gets_the_table_it_lacks) {
  model.begin("p")->commit(Position{4});
  {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(folder.file().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, "DROP TABLE leftfold_projection_versions", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
  }
  SqliteReadModel later{folder.file()};
  const auto transaction = later.begin("p");
  EXPECT_EQ(transaction->checkpoint(), Position{4});
  EXPECT_EQ(transaction->handled("p", "a"), std::nullopt);
  transaction->set_handled("p", "a", Version{1});
  transaction->commit(Position{5});
  EXPECT_EQ(later.begin("p")->handled("p", "a"), Version{1});
}

TEST_F(ReadModelTest, many_threads_write_and_read) {
  model.execute("INSERT INTO products(name, quantity) VALUES('x', 0)");
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([this, t] {
        const std::string name = "p" + std::to_string(t);
        for (int i = 1; i <= 25; ++i) {
          const auto transaction = model.begin(name);
          model.execute("UPDATE products SET quantity = quantity + 1");
          transaction->commit(Position{i});
          EXPECT_GE(model.query<int>("SELECT quantity FROM products").at(0), i);
        }
      });
    }
  }
  EXPECT_EQ(model.query<int>("SELECT quantity FROM products").at(0), 100);
}

TEST(ReadModelPath, is_asked_for_at_first_use_and_again_after_a_failure) {
  const TempDir folder;
  int asked = 0;
  SqliteReadModel model{[&] { return ++asked == 1 ? folder.path() : folder.file(); }};
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(code_of([&] { model.execute("CREATE TABLE t(x)"); }), Errc::invalid_argument);  // a folder
  EXPECT_EQ(model.execute("CREATE TABLE t(x)"), 0);
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM t").at(0), 0);
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace leftfold
