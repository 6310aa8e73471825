// SPDX-License-Identifier: Apache-2.0
// Files of format version 1 get what they lack when they are opened for writing.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <string>
#include <vector>

#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>

#include "testing/dead_letter_cases.h"
#include "unit/sqlite/child.h"
#include "unit/sqlite/failing_vfs.h"
#include "unit/sqlite/old_format.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::Child;
using test_sqlite::code_of;
using test_sqlite::make_format_1;
using test_sqlite::options_for;
using test_sqlite::request;
using test_sqlite::TempDir;
using testing::failed_letter;

SqliteOptions read_only(const std::filesystem::path& file) {
  SqliteOptions options = options_for(file);
  options.mode = SqliteOptions::Mode::read_only;
  return options;
}

std::string first_cell(const std::filesystem::path& file, const char* sql) {
  sqlite3* db = nullptr;
  std::string text;
  EXPECT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  const auto keep = [](void* into, int, char** values, char**) {
    *static_cast<std::string*>(into) = values[0];
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db, sql, keep, &text, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
  return text;
}

TEST(Upgrade, an_older_file_keeps_its_events_and_gets_the_new_tables) {
  const TempDir folder;
  make_format_1(folder.file());
  {
    SqliteStore store{options_for(folder.file())};
    EXPECT_EQ(store.read_stream("a", Version::none(), 10).size(), 1U);
    EXPECT_EQ(store.checkpoint("old"), Position{1});
    EXPECT_EQ(store.append(request("a", 0)).index(), 0U);
    const std::vector<DeadLetter> letters{failed_letter("a", 0)};
    EXPECT_EQ(store.dead_letters().park("s", letters, {}), 1U);
    store.controls().pause("s", "ann", "");
    EXPECT_TRUE(store.snapshots().save({"a", "A/1", Version{1}, "{}", {}}));
  }
  EXPECT_EQ(first_cell(folder.file(), "PRAGMA user_version"), "2");
  EXPECT_EQ(first_cell(folder.file(), "SELECT count(*) FROM events"), "2");
  SqliteStore again{options_for(folder.file())};
  EXPECT_EQ(again.dead_letters().sequences("s").size(), 1U);
  EXPECT_TRUE(again.controls().control("s").paused);
}

TEST(Upgrade, a_file_without_the_table_of_snapshots_gets_it_and_stays_of_its_version) {
  const TempDir folder;
  {
    SqliteStore store{options_for(folder.file())};
  }
  (void)first_cell(folder.file(), "DROP TABLE leftfold_snapshots");  // as programs before it made the file
  const StoredSnapshot snapshot{"a", "A/1", Version{0}, "{}", {}};
  {
    SqliteStore reader{read_only(folder.file())};
    EXPECT_FALSE(reader.snapshots().load("a", "A/1"));
    EXPECT_EQ(code_of([&] { reader.snapshots().save(snapshot); }), Errc::permission_denied);
    SqliteStore writer{options_for(folder.file())};
    EXPECT_TRUE(writer.snapshots().save(snapshot));
    EXPECT_TRUE(reader.snapshots().load("a", "A/1"));
  }
  EXPECT_EQ(first_cell(folder.file(), "PRAGMA user_version"), "2");
  EXPECT_EQ(first_cell(folder.file(), "SELECT state FROM leftfold_snapshots"), "{}");
}

TEST(Upgrade, looking_for_a_snapshot_where_there_is_no_table_keeps_the_connection) {
  const TempDir folder;
  make_format_1(folder.file());
  SqliteStore reader{read_only(folder.file())};
  (void)reader.head();
  const auto before = sqlite3_memory_used();
  EXPECT_FALSE(reader.snapshots().load("a", "A/1"));
  EXPECT_GT(sqlite3_memory_used(), before + 10'000);  // a connection, for the next one who looks
}

TEST(Upgrade, read_only_leaves_an_older_file_as_it_is_and_finds_nothing_parked) {
  const TempDir folder;
  make_format_1(folder.file());
  SqliteStore reader{read_only(folder.file())};
  EXPECT_EQ(reader.read_stream("a", Version::none(), 10).size(), 1U);
  DeadLetterStore& letters = reader.dead_letters();
  EXPECT_TRUE(letters.sequences("s").empty());
  EXPECT_TRUE(letters.list({}, 0, 10).empty());
  EXPECT_EQ(letters.count({}), DeadLetterCounts{});
  EXPECT_TRUE(letters.letters("s", "a", std::nullopt, 10).empty());
  EXPECT_TRUE(letters.changes("s", "", 0, 10).empty());
  EXPECT_FALSE(reader.controls().control("s").paused);
  EXPECT_TRUE(reader.controls().controls().empty());
  EXPECT_FALSE(reader.snapshots().load("a", "A/1"));
  const std::vector<DeadLetter> one{failed_letter("a", 0)};
  std::string text;
  EXPECT_EQ(code_of([&] { letters.park("s", one, {}); }, &text), Errc::permission_denied);
  EXPECT_NE(text.find("open read-only"), text.npos) << text;
  EXPECT_EQ(code_of([&] { (void)letters.claim("s", "a", "me", std::chrono::seconds{1}); }), Errc::permission_denied);
  EXPECT_EQ(code_of([&] { reader.controls().pause("s", "ann", ""); }), Errc::permission_denied);
  EXPECT_EQ(first_cell(folder.file(), "PRAGMA user_version"), "1");

  SqliteStore writer{options_for(folder.file())};  // and now another process upgrades it
  EXPECT_EQ(writer.dead_letters().park("s", one, {}), 1U);
  EXPECT_EQ(letters.sequences("s").size(), 1U);
  EXPECT_EQ(reader.head(), Position{1});
}

TEST(Upgrade, a_store_that_is_open_goes_on_while_others_upgrade_its_file) {
  const TempDir folder;
  make_format_1(folder.file());
  SqliteReadModel model{folder.file()};  // needs no upgrade, and so makes none
  model.execute("CREATE TABLE t(x)");
  EXPECT_EQ(first_cell(folder.file(), "PRAGMA user_version"), "1");
  SqliteStore store{options_for(folder.file())};
  EXPECT_EQ(first_cell(folder.file(), "PRAGMA user_version"), "2");
  model.execute("INSERT INTO t VALUES(1)");
  EXPECT_EQ(model.query<std::int64_t>("SELECT x FROM t").at(0), 1);
}

TEST(Upgrade, several_processes_upgrade_one_file_at_once) {
  for (int round = 0; round < 5; ++round) {
    const TempDir folder;
    make_format_1(folder.file());
    std::vector<std::unique_ptr<Child>> children;
    for (int p = 0; p < 4; ++p) {
      children.push_back(std::make_unique<Child>([&folder, p] {
        SqliteStore store{options_for(folder.file())};
        const std::vector<DeadLetter> letters{failed_letter("own-" + std::to_string(p), 0), failed_letter("all", p)};
        return static_cast<int>(store.dead_letters().park("s", letters, {}));
      }));
    }
    for (auto& child : children) EXPECT_EQ(child->wait(), 2);
    SqliteStore store{options_for(folder.file())};
    EXPECT_EQ(store.dead_letters().count({}).sequences, 5U);
    EXPECT_EQ(store.dead_letters().count({}).letters, 8U);
    EXPECT_EQ(store.read_stream("a", Version::none(), 10).size(), 1U);
  }
}

TEST(Upgrade, one_that_fails_leaves_the_older_file) {
  const TempDir folder;
  make_format_1(folder.file());
  {
    test_sqlite::FailingVfs vfs;
    vfs.fail_write = SQLITE_FULL;
    EXPECT_EQ(code_of([&] { SqliteStore store{options_for(folder.file())}; }), Errc::storage_full);
  }
  EXPECT_EQ(first_cell(folder.file(), "PRAGMA user_version"), "1");
  EXPECT_EQ(first_cell(folder.file(), "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'leftfold_%'"), "0");
  SqliteStore store{options_for(folder.file())};
  EXPECT_EQ(store.read_stream("a", Version::none(), 10).size(), 1U);
  EXPECT_TRUE(store.dead_letters().sequences("s").empty());
}

}  // namespace
}  // namespace leftfold
