// SPDX-License-Identifier: Apache-2.0
// What an operator does with a store's file: look at it, check it, copy it.
#include <leftfold/sqlite.h>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>

#include <leftfold/error.h>

#include "sqlite/connection.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold::test_sqlite {
namespace {

void fill(SqliteStore& store, const std::string& stream, int events) {
  for (int i = 0; i < events; ++i) {
    ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request(stream, i - 1))));
  }
}

SqliteOptions reader(const std::filesystem::path& file) {
  SqliteOptions options = options_for(file);
  options.mode = SqliteOptions::Mode::read_only;
  return options;
}

std::ptrdiff_t files_in(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator{folder}, {});
}

TEST(SqliteFileCare, SaysHowLargeItIs) {
  const TempDir dir;
  SqliteStore store{options_for(dir.file())};
  fill(store, "a", 3);
  fill(store, "b", 1);
  const SqliteFileInfo info = store.file_info();
  EXPECT_EQ(info.format_version, 2);
  EXPECT_EQ(info.streams, 2U);
  EXPECT_EQ(info.snapshots, 0U);
  EXPECT_GT(info.file_bytes, 4096U);
  EXPECT_GT(info.wal_bytes, 0U);
  EXPECT_TRUE(store.check_file().empty());
}

// Whoever writes meanwhile: the copy is the store at one moment, and a store of its own.
TEST(SqliteFileCare, ABackupIsWholeWhileOthersWrite) {
  const TempDir dir;
  SqliteStore store{options_for(dir.file())};
  fill(store, "a", 500);
  std::atomic<bool> done{false};
  std::atomic<bool> wrote{false};
  std::thread writer{[&] {
    for (int i = 500; !done || !wrote; ++i) {
      wrote = std::holds_alternative<Appended>(store.append(request("a", i - 1)));
    }
  }};
  EXPECT_TRUE(store.backup(dir.file("copy.db").string(), [&](double part) {
    EXPECT_GE(part, 0);
    EXPECT_LE(part, 1);
    return true;
  }));
  done = true;
  writer.join();
  EXPECT_TRUE(wrote);
  SqliteStore copy{options_for(dir.file("copy.db"))};
  const std::int64_t head = copy.head().value();
  EXPECT_GE(head, 500);
  EXPECT_LE(head, store.head().value());
  EXPECT_TRUE(copy.check_file().empty());
  EXPECT_TRUE(std::holds_alternative<Appended>(copy.append(request("a", static_cast<int>(head) - 1))));
}

TEST(SqliteFileCare, AnEndedBackupLeavesNothing) {
  const TempDir dir;
  {
    SqliteStore store{options_for(dir.file())};
    const std::string large = "{\"text\":\"" + std::string(20'000'000, 'x') + "\"}";  // more than one step
    ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request("a", -1, 1, large))));
  }
  SqliteStore store{reader(dir.file())};
  const std::ptrdiff_t files = files_in(dir.path());
  int told = 0;
  EXPECT_FALSE(store.backup(dir.file("copy.db").string(), [&](double) { return ++told < 2; }));
  EXPECT_EQ(told, 2);
  EXPECT_EQ(files_in(dir.path()), files);
}

TEST(SqliteFileCare, ABackupReplacesNothing) {
  const TempDir dir;
  SqliteStore store{options_for(dir.file())};
  fill(store, "a", 1);
  EXPECT_EQ(code_of([&] { (void)store.backup(dir.file().string()); }), Errc::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)store.backup(dir.file("none/copy.db").string()); }), Errc::not_found);
  EXPECT_EQ(store.head(), Position{1});
}

TEST(SqliteFileCare, FindsAVersionThatIsMissing) {
  const TempDir dir;
  {
    SqliteStore store{options_for(dir.file())};
    fill(store, "a", 3);
  }
  {
    sqlite::Connection file{dir.file(), sqlite::Access::read_write, std::chrono::seconds{1}};
    file.execute("DELETE FROM events WHERE version = 1");
  }
  SqliteStore store{reader(dir.file())};
  const auto findings = store.check_file();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0], "stream \"a\" has 2 events, of versions 0 to 2: some are missing");
}

// A check of a large file may take minutes, and most of it is one step of SQLite.
TEST(SqliteFileCare, ACheckEndsOnAStop) {
  const TempDir dir;
  SqliteStore store{options_for(dir.file())};
  fill(store, "a", 2);
  {
    sqlite::Connection file{dir.file(), sqlite::Access::read_write, std::chrono::seconds{1}};
    file.execute("DELETE FROM events WHERE version = 0");
  }
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(store.check_file(stop.get_token()).empty());
  EXPECT_EQ(store.check_file().size(), 1U);
}

}  // namespace
}  // namespace leftfold::test_sqlite
