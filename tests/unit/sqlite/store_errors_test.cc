// SPDX-License-Identifier: Apache-2.0
// What goes wrong while a store is open: clear errors, nothing lost.
#include <gtest/gtest.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include <leftfold/sqlite.h>

#include "unit/sqlite/child.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::code_of;
using test_sqlite::options_for;
using test_sqlite::request;
using test_sqlite::TempDir;

constexpr int kMayNotMount = 77;

int fill_a_small_disk(const std::filesystem::path& folder) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m") != 0) {
    return kMayNotMount;
  }
  const auto ballast = folder / "ballast";
  std::ofstream{ballast} << std::string(512 << 10, 'x');
  SqliteStore store{options_for(folder / "events.db")};
  std::int64_t stored = 0;
  std::string text;
  const auto append = [&] { (void)store.append(request("a", stored - 1, 1, "\"" + std::string(20000, 'y') + "\"")); };
  const Errc code = code_of(
      [&] {
        for (; stored < 1000; ++stored) append();
      },
      &text);
  if (code != Errc::storage_full || stored < 10) return 1;
  if (text.find("events.db") == text.npos || text.find("free some space") == text.npos) return 2;
  if (code_of(append) != Errc::storage_full) return 3;  // it stays an error, and stays definite
  if (store.read_stream("a", Version::none(), 2000).size() != static_cast<std::size_t>(stored)) return 4;
  std::filesystem::remove(ballast);
  append();  // there is room again
  ++stored;
  return store.head() == Position{stored} ? 0 : 5;
}

TEST(StoreErrors, a_full_disk_loses_nothing_and_appends_work_again_after_it) {
  const TempDir folder;
  const int result = test_sqlite::in_child([&] { return fill_a_small_disk(folder.path()); });
  if (result == kMayNotMount) GTEST_SKIP() << "this user may not mount a small disk";
  EXPECT_EQ(result, 0);
}

TEST(StoreErrors, a_write_lock_held_by_another_program_is_waited_for_then_reported) {
  const TempDir folder;
  SqliteOptions options = options_for(folder.file());
  options.lock_timeout = std::chrono::milliseconds{60};
  SqliteStore store{options};
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  std::string text;
  EXPECT_EQ(code_of([&] { (void)store.append(request("a", -1)); }, &text), Errc::unavailable);
  EXPECT_NE(text.find("held the write lock for 60 ms"), text.npos) << text;
  EXPECT_TRUE(store.read_all(Position::start(), 10).empty());  // reading is not disturbed
  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_EQ(store.append(request("a", -1)).index(), 0U);
}

TEST(StoreErrors, a_file_that_was_deleted_or_replaced_is_noticed_by_writers_and_readers) {
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  ASSERT_EQ(store.append(request("a", -1)).index(), 0U);
  const auto subscription = store.subscribe({.name = "s"});
  ASSERT_EQ(subscription->take(1, {}, kNever).assigned.size(), 1U);
  const auto away = folder.file("away.db");
  std::filesystem::rename(folder.file(), away);
  std::string text;
  EXPECT_EQ(code_of([&] { (void)store.append(request("a", 0)); }, &text), Errc::unavailable);
  EXPECT_NE(text.find("deleted or replaced"), text.npos) << text;
  std::filesystem::copy_file(away, folder.file());
  EXPECT_EQ(code_of([&] { (void)store.append(request("a", 0)); }), Errc::unavailable);
  EXPECT_EQ(code_of([&] { (void)store.read_stream("a", Version::none(), 1); }), Errc::unavailable);
  EXPECT_EQ(code_of([&] { (void)subscription->take(1, {}, kNever); }), Errc::unavailable);
  std::filesystem::rename(away, folder.file());
  EXPECT_EQ(store.append(request("a", 0)).index(), 0U);
  EXPECT_EQ(store.read_stream("a", Version::none(), 10).size(), 2U);
  EXPECT_EQ(subscription->take(10, {}, kNever).events.size(), 2U);
}

TEST(StoreErrors, a_damaged_page_is_reported_and_the_rest_stays_readable) {
  const TempDir folder;
  {
    SqliteStore store{options_for(folder.file())};
    for (int i = 0; i < 50; ++i)
      ASSERT_EQ(store.append(request("a", i - 1, 1, std::string(1000, ' ') + "{}")).index(), 0U);
  }
  const auto pages = std::filesystem::file_size(folder.file()) / 4096;
  ASSERT_GT(pages, 12U);
  {
    std::fstream file{folder.file(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>((pages - 2) * 4096));
    file << std::string(4096, '\xee');
  }
  SqliteStore store{options_for(folder.file())};
  std::string text;
  EXPECT_EQ(code_of([&] { (void)store.read_all(Position::start(), 100); }, &text), Errc::corrupt);
  EXPECT_NE(text.find("events.db"), text.npos) << text;
  EXPECT_NE(text.find("restore a backup"), text.npos) << text;
  EXPECT_EQ(store.read_all(Position::start(), 5).size(), 5U);
}

TEST(StoreErrors, numbers_no_leftfold_wrote_are_neither_cut_nor_overflow) {
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  ASSERT_EQ(store.append(request("a", -1)).index(), 0U);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other,
                         "UPDATE events SET schema_version = 4294967296, commit_size = 9223372036854775807, "
                         "committed_at = -9223372036854775807",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(other);
  const EventPage page = store.read_all(Position::start(), 10);
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].schema_version, INT32_MAX);  // newer than any program knows, so that handlers refuse it
  EXPECT_EQ(page[0].commit_size, INT32_MAX);
  EXPECT_EQ(page[0].committed_at, Timestamp{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}});
}

TEST(StoreErrors, a_missing_version_or_position_is_reported_not_skipped) {
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  ASSERT_EQ(store.append(request("a", -1, 3)).index(), 0U);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(folder.file().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "DELETE FROM events WHERE version = 1", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  std::string text;
  EXPECT_EQ(code_of([&] { (void)store.read_stream("a", Version::none(), 10); }, &text), Errc::corrupt);
  EXPECT_NE(text.find("lacks version 1"), text.npos) << text;
  EXPECT_EQ(code_of([&] { (void)store.read_all(Position::start(), 10); }, &text), Errc::corrupt);
  EXPECT_NE(text.find("no event at position 2"), text.npos) << text;
}

}  // namespace
}  // namespace leftfold
