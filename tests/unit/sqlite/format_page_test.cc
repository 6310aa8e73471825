// SPDX-License-Identifier: Apache-2.0
// docs/format/sqlite.md says what the code does.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>

#include "support/source_dir.h"
#include "unit/sqlite/fixed_clock.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

Database open(const std::string& file) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  return {db, &sqlite3_close};
}

/// The rows as `sqlite3 -header` prints them.
std::string rows(sqlite3* db, const std::string& sql) {
  std::string out;
  char* error = nullptr;
  const auto print = [](void* into, int columns, char** values, char** names) {
    auto& text = *static_cast<std::string*>(into);
    const auto line = [&](char** cells) {
      for (int i = 0; i < columns; ++i) text.append(i > 0 ? "|" : "").append(cells[i] != nullptr ? cells[i] : "");
      text += '\n';
    };
    if (text.empty()) line(names);
    line(values);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), print, &out, &error), SQLITE_OK)
      << sql << ": " << (error != nullptr ? error : "");
  sqlite3_free(error);
  return out;
}

struct Block {
  std::string language;
  std::string text;
};

std::vector<Block> blocks_of_page() {
  const auto page = leftfold::test_support::source_dir() / "docs/format/sqlite.md";
  std::ifstream file{page};
  EXPECT_TRUE(file) << page;
  std::vector<Block> blocks;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) blocks.push_back({line.substr(3), ""});
    } else if (inside) {
      blocks.back().text += line + '\n';
    }
  }
  return blocks;
}

/// The texts between double quotes.
std::vector<std::string> quoted(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t from = text.find('"'); from != text.npos; from = text.find('"', from)) {
    const std::size_t to = text.find('"', from + 1);
    if (to == text.npos) break;
    found.push_back(text.substr(from + 1, to - from - 1));
    from = to + 1;
  }
  return found;
}

std::multiset<std::string> schema_of(sqlite3* db) {
  std::multiset<std::string> tables;
  sqlite3_exec(
      db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL",
      [](void* into, int, char** values, char**) {
        static_cast<std::multiset<std::string>*>(into)->insert(values[0]);
        return 0;
      },
      &tables, nullptr);
  return tables;
}

void park_example(const std::filesystem::path& file) {
  test_sqlite::FixedClock clock{Timestamp{std::chrono::milliseconds{1714564805000}}};
  SqliteOptions options = test_sqlite::options_for(file);
  options.clock = &clock;
  SqliteStore store{options};
  const EventPage page = store.read_stream("cart-42", Version::none(), 10);
  ASSERT_EQ(page.size(), 2U);
  DeadLetter failed{"cart-42", EventCopy{page[0]}};
  failed.error_type = "shop::NoSuchProduct";
  failed.error_message = "no product apple";
  failed.attempts = 1;
  failed.first_failed_at = clock.now();
  failed.node = "shop-1:4711";
  DeadLetter follower{"cart-42", EventCopy{page[1]}, ParkReason::follower};
  follower.node = "shop-1:4711";
  DeadLetterStore& letters = store.dead_letters();
  ASSERT_EQ(letters.park("shop.SendReceipt", {&failed, 1}, {}), 1U);
  ASSERT_TRUE(letters.park_behind("shop.SendReceipt", follower, {}));
  const auto claim = letters.claim("shop.SendReceipt", "cart-42", "ann", std::chrono::seconds{30});
  ASSERT_TRUE(claim);
  ASSERT_TRUE(letters.edit(*claim, LetterKey::of(page[0]), R"({"product_id":"pear","quantity":1})",
                           {"ann", "apples are pears now"}));
  letters.release(*claim);
  store.controls().pause("shop.Statistics", "ann", "the report runs");
}

void make_example(const std::filesystem::path& file) {
  test_sqlite::FixedClock clock{Timestamp{std::chrono::milliseconds{1714564800000}}};
  SqliteOptions options = test_sqlite::options_for(file);
  options.clock = &clock;
  SqliteStore store{options};
  AppendRequest first;
  first.aggregate_id = "cart-42";
  first.idempotency_key = "add-1";
  first.events = {{*Uuid::parse("018f3406-9000-7000-8000-000000000001"), "CartItemAdded",
                   R"({"product_id":"apple","quantity":1})", R"({"user":"ann"})", 1},
                  {*Uuid::parse("018f3406-9000-7000-8000-000000000002"), "CartCheckedOut", "{}", "", 1}};
  AppendRequest second;
  second.aggregate_id = "cart-7";
  second.events = {{*Uuid::parse("018f3406-9000-7000-8000-000000000003"), "CartItemAdded",
                    R"({"product_id":"pear","quantity":2})", "", 1}};
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(first)));
  ASSERT_TRUE(std::holds_alternative<Appended>(store.append(second)));
  const auto subscription = store.subscribe({.name = "shop.SendReceipt"});
  const Taken taken = subscription->take(1, {}, clock.instant());
  ASSERT_EQ(taken.assigned.size(), 1U);
  ASSERT_TRUE(subscription->checkpoint(0, taken.assigned[0].epoch, Position{2}));
  const StoredSnapshot snapshot{
      "cart-42", "Cart/1/3e7017047f8102a9", Version{1},
      R"({"event_id":"018f3406-9000-7000-8000-000000000002","committed_at":"2024-05-01T12:00:00Z",)"
      R"("latest":"2024-05-01T12:00:00Z","checksum":"ecd5a7e751e8b9e3",)"
      R"("state":{"items":{"apple":2},"checked_out":true}})",
      clock.now()};
  ASSERT_TRUE(store.snapshots().save(snapshot));
  park_example(file);
}

TEST(FormatPage, its_sql_makes_the_tables_the_code_makes) {
  const test_sqlite::TempDir folder;
  SqliteStore store{test_sqlite::options_for(folder.file())};
  SqliteReadModel model{folder.file()};
  model.execute("CREATE TABLE mine(x)");
  const Database made = open(folder.file().string());
  const Database page = open(":memory:");
  for (const Block& block : blocks_of_page()) {
    if (block.language == "sql") rows(page.get(), block.text);
  }
  rows(page.get(), "CREATE TABLE mine(x)");
  EXPECT_EQ(schema_of(made.get()).size(), 17U);
  EXPECT_EQ(schema_of(made.get()), schema_of(page.get()));
}

TEST(FormatPage, its_identity_is_the_file_s) {
  const test_sqlite::TempDir folder;
  const SqliteStore store{test_sqlite::options_for(folder.file())};
  const Database db = open(folder.file().string());
  EXPECT_EQ(rows(db.get(), "PRAGMA application_id"), "application_id\n1281780836\n");
  EXPECT_EQ(rows(db.get(), "PRAGMA user_version"), "user_version\n2\n");
  EXPECT_EQ(rows(db.get(), "PRAGMA journal_mode"), "journal_mode\nwal\n");
  EXPECT_EQ(rows(db.get(), "PRAGMA encoding"), "encoding\nUTF-8\n");
}

TEST(FormatPage, its_worked_example_is_what_the_code_writes) {
  const test_sqlite::TempDir folder;
  make_example(folder.file("shop.db"));
  const Database db = open(folder.file("shop.db").string());
  const std::vector<Block> blocks = blocks_of_page();
  int checked = 0;
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    if (blocks[i].language != "text") continue;
    ASSERT_EQ(blocks[i - 1].language, "sh");
    std::string got;
    const std::string& command = blocks[i - 1].text;
    for (const std::string& sql : quoted(command)) got += rows(db.get(), sql);
    EXPECT_EQ(got, blocks[i].text) << command;
    ++checked;
  }
  EXPECT_EQ(checked, 8);
}

TEST(FormatPage, its_queries_run) {
  const test_sqlite::TempDir folder;
  make_example(folder.file("shop.db"));
  const Database db = open(folder.file("shop.db").string());
  int run = 0;
  for (const Block& block : blocks_of_page()) {
    if (block.language != "sh") continue;
    for (const std::string& sql : quoted(block.text)) {
      if (!sql.starts_with("SELECT")) continue;
      EXPECT_NE(rows(db.get(), sql), "");
      ++run;
    }
  }
  EXPECT_EQ(run, 18);
}

}  // namespace
}  // namespace leftfold
