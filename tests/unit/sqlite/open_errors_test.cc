// SPDX-License-Identifier: Apache-2.0
// What cannot be opened is refused with a clear error.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>

#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>

#include "unit/sqlite/child.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::code_of;
using test_sqlite::options_for;
using test_sqlite::request;
using test_sqlite::TempDir;

void sql(const std::filesystem::path& file, const char* text) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, text, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

void expect_refused(const std::filesystem::path& file, Errc code, const std::string& says,
                    SqliteOptions::Mode mode = SqliteOptions::Mode::read_write) {
  std::string text;
  SqliteOptions options = options_for(file);
  options.mode = mode;
  EXPECT_EQ(code_of([&] { SqliteStore store{options}; }, &text), code) << text;
  EXPECT_NE(text.find(says), text.npos) << text;
  EXPECT_NE(text.find(file.filename().string()), text.npos) << text;
}

TEST(OpenErrors, a_folder_is_no_file) {
  const TempDir folder;
  expect_refused(folder.path(), Errc::invalid_argument, "is a folder");
}

TEST(OpenErrors, the_parent_folder_must_exist) {
  const TempDir folder;
  expect_refused(folder.path() / "missing" / "events.db", Errc::not_found, "does not exist");
}

TEST(OpenErrors, a_path_that_cannot_be_is_no_matter_of_rights) {
  const TempDir folder;
  expect_refused(folder.file(std::string(300, 'x')), Errc::invalid_argument, "not a path");
  std::filesystem::create_symlink(folder.file("loop"), folder.file("loop"));
  expect_refused(folder.file("loop"), Errc::invalid_argument, "not a path");
}

TEST(OpenErrors, empty_and_memory_are_no_files) {
  expect_refused("", Errc::invalid_argument, "empty");
  expect_refused(":memory:", Errc::invalid_argument, "MemoryStore");
}

TEST(OpenErrors, read_only_never_creates) {
  const TempDir folder;
  expect_refused(folder.file(), Errc::not_found, "no such file", SqliteOptions::Mode::read_only);
  EXPECT_FALSE(std::filesystem::exists(folder.file()));
}

TEST(OpenErrors, a_text_file_is_no_database) {
  const TempDir folder;
  std::ofstream{folder.file()} << std::string(5000, 'x');
  expect_refused(folder.file(), Errc::corrupt, "not a database");
  EXPECT_EQ(std::filesystem::file_size(folder.file()), 5000U);
}

TEST(OpenErrors, another_program_s_database_is_left_alone) {
  const TempDir folder;
  sql(folder.file(), "CREATE TABLE bookmarks(url); PRAGMA application_id = 0");
  expect_refused(folder.file(), Errc::invalid_argument, "another program");
  sql(folder.file("other.db"), "PRAGMA application_id = 99");
  expect_refused(folder.file("other.db"), Errc::invalid_argument, "another program");
}

TEST(OpenErrors, a_newer_format_is_left_alone) {
  const TempDir folder;
  {
    SqliteStore store{options_for(folder.file())};
  }
  sql(folder.file(), "PRAGMA user_version = 3");
  expect_refused(folder.file(), Errc::unsupported, "format version 3");
  expect_refused(folder.file(), Errc::unsupported, "format version 3", SqliteOptions::Mode::read_only);
  SqliteReadModel model{folder.file()};
  EXPECT_EQ(code_of([&] { model.execute("CREATE TABLE t(x)"); }), Errc::unsupported);
}

TEST(OpenErrors, a_store_without_its_tables_is_damaged) {
  const TempDir folder;
  {
    SqliteStore store{options_for(folder.file())};
  }
  sql(folder.file(), "DROP TABLE subscriptions");
  expect_refused(folder.file(), Errc::corrupt, "no such table: subscriptions");
}

TEST(OpenErrors, a_file_of_read_tables_becomes_a_store) {
  const TempDir folder;
  SqliteReadModel model{folder.file()};
  model.execute("CREATE TABLE counts(x)");
  SqliteStore store{options_for(folder.file())};
  EXPECT_EQ(store.append(request("a", -1)).index(), 0U);
}

TEST(OpenErrors, a_read_table_in_the_way_is_named) {
  const TempDir folder;
  SqliteReadModel model{folder.file()};
  model.execute("CREATE TABLE streams(x)");
  expect_refused(folder.file(), Errc::invalid_argument, "\"streams\"");
}

// A process without root's rights: root may write what is read-only.
int as_nobody(const std::function<int()>& run) {
  return test_sqlite::in_child([&] {
    if (geteuid() == 0 && setuid(65534) != 0) return 99;
    return run();
  });
}

TEST(OpenErrors, a_read_only_file_can_be_read_but_not_written) {
  const TempDir folder;
  {
    SqliteStore store{options_for(folder.file())};
    ASSERT_EQ(store.append(request("a", -1)).index(), 0U);
  }
  chmod(folder.path().c_str(), 0777);
  chmod(folder.file().c_str(), 0444);
  EXPECT_EQ(as_nobody([&] {
              std::string text;
              const Errc code = code_of([&] { SqliteStore store{options_for(folder.file())}; }, &text);
              return code == Errc::permission_denied && text.find("may not write") != text.npos ? 0 : 1;
            }),
            0);
  EXPECT_EQ(as_nobody([&] {
              SqliteOptions options = options_for(folder.file());
              options.mode = SqliteOptions::Mode::read_only;
              SqliteStore store{options};
              if (store.read_all(Position::start(), 10).size() != 1) return 1;
              if (code_of([&] { (void)store.append(request("a", 0)); }) != Errc::permission_denied) return 2;
              if (code_of([&] { (void)store.subscribe({.name = "x"}); }) != Errc::permission_denied) return 3;
              const auto tail = store.subscribe({.name = "tail", .kind = SubscriptionKind::local});
              if (tail->take(1, {}, kNever).assigned.size() != 1) return 4;
              return tail->take(1, {}, kNever).events.size() == 1 ? 0 : 5;
            }),
            0);
}

// SQLite makes FILE-wal and FILE-shm for readers too, so "open it read-only" is no advice to one.
TEST(OpenErrors, a_reader_who_may_not_write_the_folder_is_told_why) {
  const TempDir folder;
  {
    SqliteStore store{options_for(folder.file())};
    ASSERT_EQ(store.append(request("a", -1)).index(), 0U);
  }
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(folder.file().string() + suffix);
  chmod(folder.path().c_str(), 0555);
  EXPECT_EQ(as_nobody([&] {
              SqliteOptions options = options_for(folder.file());
              options.mode = SqliteOptions::Mode::read_only;
              std::string text;
              if (code_of([&] { SqliteStore store{options}; }, &text) != Errc::permission_denied) return 1;
              if (text.find("FILE-wal and FILE-shm") == text.npos) return 2;
              return text.find("open it read-only") == text.npos ? 0 : 3;
            }),
            0);
  chmod(folder.path().c_str(), 0755);
}

TEST(OpenErrors, a_folder_that_may_not_be_written_is_named) {
  const TempDir folder;
  chmod(folder.path().c_str(), 0555);
  EXPECT_EQ(as_nobody([&] {
              std::string text;
              const Errc code = code_of([&] { SqliteStore store{options_for(folder.file())}; }, &text);
              return code == Errc::permission_denied && text.find("events.db") != text.npos ? 0 : 1;
            }),
            0);
  chmod(folder.path().c_str(), 0755);
}

}  // namespace
}  // namespace leftfold
