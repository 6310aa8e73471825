// SPDX-License-Identifier: Apache-2.0
// What dead letters in a file promise beyond the suite: a disk that fails, one fsync, other transactions, its tables.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

#include <leftfold/read_model.h>
#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>

#include "testing/dead_letter_cases.h"
#include "unit/sqlite/failing_vfs.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::code_of;
using test_sqlite::FailingVfs;
using test_sqlite::options_for;
using test_sqlite::request;
using test_sqlite::TempDir;
using testing::failed_letter;
using testing::follower_letter;
using testing::key_at;

const ChangedBy kAnn{"ann", "a reason"};

TEST(DeadLetters, a_full_disk_is_an_error_and_nothing_is_stored) {
  FailingVfs vfs;
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  DeadLetterStore& letters = store.dead_letters();
  const std::vector<DeadLetter> two{failed_letter("a", 5), follower_letter("a", 6)};
  vfs.fail_write = SQLITE_FULL;
  EXPECT_EQ(code_of([&] { letters.park("s", two, {}); }), Errc::storage_full);
  EXPECT_EQ(code_of([&] { store.controls().pause("s", "ann", ""); }), Errc::storage_full);
  vfs.fail_write = SQLITE_OK;
  EXPECT_EQ(letters.count({}), DeadLetterCounts{});
  EXPECT_FALSE(store.controls().control("s").paused);
  EXPECT_EQ(letters.park("s", two, {}), 2U);

  const auto claim = letters.claim("s", "a", "me", std::chrono::seconds{30});
  ASSERT_TRUE(claim);
  vfs.fail_write = SQLITE_FULL;
  EXPECT_EQ(code_of([&] { (void)letters.park_behind("s", follower_letter("a", 7), {}); }), Errc::storage_full);
  EXPECT_EQ(code_of([&] { (void)letters.evict(*claim, key_at(5)); }), Errc::storage_full);
  EXPECT_EQ(code_of([&] { (void)letters.edit(*claim, key_at(5), "{}", kAnn); }), Errc::storage_full);
  EXPECT_EQ(code_of([&] { (void)letters.discard(*claim, kAnn, "discard"); }), Errc::storage_full);
  EXPECT_EQ(code_of([&] { (void)letters.failed(*claim, two[0], std::nullopt); }), Errc::storage_full);
  vfs.fail_write = SQLITE_OK;
  EXPECT_EQ(letters.letters("s", "a", std::nullopt, 10).size(), 2U);
  EXPECT_EQ(letters.letters("s", "a", std::nullopt, 10)[0].event.payload, two[0].event.payload);
  EXPECT_TRUE(letters.changes("s", "", 0, 10).empty());
  EXPECT_EQ(letters.evict(*claim, key_at(5)), DeadLetterStore::Removed::letter);
}

TEST(DeadLetters, a_failed_fsync_is_in_doubt_and_stops_all_writers_until_it_is_settled) {
  FailingVfs vfs;
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  ASSERT_EQ(store.append(request("a", -1)).index(), 0U);
  const std::vector<DeadLetter> one{failed_letter("a", 0)};
  vfs.fail_sync = SQLITE_IOERR_FSYNC;
  EXPECT_EQ(code_of([&] { store.dead_letters().park("s", one, {}); }), Errc::in_doubt);
  EXPECT_EQ(code_of([&] { store.dead_letters().park("s", one, {}); }), Errc::unavailable);
  EXPECT_EQ(code_of([&] { (void)store.append(request("a", 0)); }), Errc::unavailable);  // rests on the same log
  vfs.fail_sync = SQLITE_OK;
  EXPECT_EQ(store.append(request("a", 0)).index(), 0U);
  EXPECT_EQ(store.dead_letters().park("s", one, {}), 1U);
  EXPECT_EQ(store.dead_letters().count({}).letters, 1U);
}

TEST(DeadLetters, parking_costs_one_fsync_and_what_changes_nothing_none) {
  FailingVfs vfs;
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  DeadLetterStore& letters = store.dead_letters();
  const std::vector<DeadLetter> three{failed_letter("a", 1), follower_letter("a", 2), failed_letter("b", 1)};
  (void)letters.park("warm", three, {});
  int before = vfs.syncs;
  EXPECT_EQ(letters.park("s", three, {}), 3U);
  EXPECT_EQ(vfs.syncs - before, 1);
  before = vfs.syncs;
  EXPECT_EQ(letters.park("s", three, {}), 0U);
  EXPECT_FALSE(letters.park_behind("s", follower_letter("c", 1), {}));
  EXPECT_FALSE(letters.claim("s", "c", "me", std::chrono::seconds{1}));
  EXPECT_EQ(vfs.syncs - before, 0);
  EXPECT_TRUE(letters.park_behind("s", follower_letter("a", 3), {}));
  EXPECT_EQ(vfs.syncs - before, 1);
}

TEST(DeadLetters, parking_inside_a_read_model_s_transaction_is_refused_and_not_a_deadlock) {
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  SqliteReadModel model{folder.file()};
  const auto transaction = model.begin("projector");
  const std::vector<DeadLetter> one{failed_letter("a", 0)};
  EXPECT_EQ(code_of([&] { store.dead_letters().park("s", one, {}); }), Errc::invalid_argument);
  EXPECT_TRUE(store.dead_letters().sequences("s").empty());  // reading is not disturbed
  transaction->commit(Position{1});
  EXPECT_EQ(store.dead_letters().park("s", one, {}), 1U);
}

void sql(const std::filesystem::path& file, const char* text) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, text, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

TEST(DeadLetters, rows_that_hold_no_letter_are_reported) {
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  const std::vector<DeadLetter> one{failed_letter("a", 0)};
  ASSERT_EQ(store.dead_letters().park("s", one, {}), 1U);
  sql(folder.file(),
      "PRAGMA ignore_check_constraints = ON; UPDATE leftfold_dead_letters SET reason = 'bored', attempts = 5000000000");
  std::string text;
  EXPECT_EQ(code_of([&] { (void)store.dead_letters().letters("s", "a", std::nullopt, 1); }, &text), Errc::corrupt);
  EXPECT_NE(text.find("\"bored\" is no reason"), text.npos) << text;
  sql(folder.file(), "UPDATE leftfold_dead_letters SET reason = 'failed'");
  EXPECT_EQ(store.dead_letters().letters("s", "a", std::nullopt, 1).at(0).attempts, INT32_MAX);
}

TEST(DeadLetters, texts_are_texts_for_other_programs_and_other_bytes_are_blobs) {
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  DeadLetter letter = failed_letter("k\xff", 1);
  const std::vector<DeadLetter> two{failed_letter("a", 1), letter};
  ASSERT_EQ(store.dead_letters().park("s", two, {}), 2U);
  sql(folder.file(),
      "CREATE TABLE seen AS SELECT group_concat(typeof(s.sequence) || ' ' || typeof(l.payload)) AS types FROM "
      "leftfold_dead_sequences s JOIN leftfold_dead_letters l ON l.sequence = s.id ORDER BY s.id");
  SqliteReadModel model{folder.file()};
  EXPECT_EQ(model.query<std::string>("SELECT types FROM seen").at(0), "text text,blob text");
}

}  // namespace
}  // namespace leftfold
