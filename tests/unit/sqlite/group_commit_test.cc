// SPDX-License-Identifier: Apache-2.0
// Appends that share a commit: each succeeds or fails by itself, and a failed commit says what is known.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <future>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <leftfold/sqlite.h>

#include "unit/sqlite/failing_vfs.h"
#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::code_of;
using test_sqlite::FailingVfs;
using test_sqlite::options_for;
using test_sqlite::request;
using test_sqlite::TempDir;

/// Another program's connection, which keeps the store's committer waiting until a whole group has gathered.
class OtherProgram {
 public:
  explicit OtherProgram(const std::filesystem::path& file) { EXPECT_EQ(sqlite3_open(file.c_str(), &db_), SQLITE_OK); }
  ~OtherProgram() { sqlite3_close(db_); }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  void run(const char* sql) {
    EXPECT_EQ(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db_);
  }

 private:
  sqlite3* db_ = nullptr;
};

/// Keeps messages. One thread at a time.
class Messages final : public Logger {
 public:
  using Logger::log;
  [[nodiscard]] bool enabled(LogLevel) const noexcept override { return true; }
  void log(LogLevel, std::string_view, std::string_view message, std::span<const LogField>) noexcept override {
    seen.emplace_back(message);
  }
  std::vector<std::string> seen;
};

Version version_of(std::future<AppendResult>& result) { return std::get<Appended>(result.get()).version; }

TEST(GroupCommit, requests_of_one_group_see_each_other_and_a_conflict_disturbs_nobody) {
  FailingVfs vfs;
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  ASSERT_EQ(store.append(request("warm", -1)).index(), 0U);
  OtherProgram other{folder.file()};
  other.run("BEGIN IMMEDIATE");
  std::vector<std::future<AppendResult>> results;
  results.push_back(store.append_async(request("a", -1, 2)));
  results.push_back(store.append_async(request("a", -1, 1)));  // conflict with the one before
  results.push_back(store.append_async(request("a", 1, 1)));   // continues the first
  results.push_back(store.append_async(request("b", 5, 1)));   // conflict: no event yet
  results.push_back(store.append_async(request("b", -1, 1, "{}", "k")));
  results.push_back(store.append_async(request("b", -1, 1, "{}", "k")));  // the same command again
  const int before = vfs.syncs;
  other.run("ROLLBACK");
  EXPECT_EQ(version_of(results[0]), Version{1});
  EXPECT_EQ(std::get<Conflict>(results[1].get()).actual, Version{1});
  EXPECT_EQ(version_of(results[2]), Version{2});
  EXPECT_EQ(std::get<Conflict>(results[3].get()).actual, Version::none());
  const Appended first = std::get<Appended>(results[4].get());
  const Appended again = std::get<Appended>(results[5].get());
  EXPECT_FALSE(first.repeated);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(vfs.syncs - before, 1);  // one commit for all
  EXPECT_EQ(store.head(), Position{5});
}

TEST(GroupCommit, an_append_alone_is_one_sync_of_the_log) {
  FailingVfs vfs;
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  ASSERT_EQ(store.append(request("a", -1)).index(), 0U);
  const int before = vfs.syncs;
  for (int i = 0; i < 10; ++i) ASSERT_EQ(store.append(request("a", i)).index(), 0U);
  EXPECT_EQ(vfs.syncs - before, 10);
}

TEST(GroupCommit, a_request_that_sqlite_refuses_fails_alone) {
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  OtherProgram other{folder.file()};
  other.run(
      "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.payload = 'poison' "
      "BEGIN SELECT RAISE(ABORT, 'poisoned'); END");
  other.run("BEGIN IMMEDIATE");
  auto good = store.append_async(request("a", -1, 2));
  auto bad = store.append_async(request("b", -1, 1, "poison"));
  auto after = store.append_async(request("a", 1, 1));
  other.run("ROLLBACK");
  EXPECT_EQ(version_of(good), Version{1});
  EXPECT_EQ(code_of([&] { (void)bad.get(); }), Errc::invalid_argument);
  EXPECT_EQ(version_of(after), Version{2});
  EXPECT_EQ(store.head(), Position{3});
  EXPECT_TRUE(store.read_stream("b", Version::none(), 1).empty());
}

TEST(GroupCommit, a_failed_sync_leaves_the_append_in_doubt_and_the_store_usable) {
  FailingVfs vfs;
  const TempDir folder;
  Messages log;
  SqliteOptions options = options_for(folder.file());
  options.log = &log;
  SqliteStore store{options};
  ASSERT_EQ(store.append(request("a", -1)).index(), 0U);
  vfs.fail_sync = SQLITE_IOERR_FSYNC;
  std::string text;
  EXPECT_EQ(code_of([&] { (void)store.append(request("a", 0)); }, &text), Errc::in_doubt);
  EXPECT_NE(text.find("read the aggregate"), text.npos) << text;
  // Nothing is stored on a log that may have lost pages.
  EXPECT_EQ(code_of([&] { (void)store.append(request("a", 0)); }), Errc::unavailable);
  vfs.fail_sync = SQLITE_OK;
  ASSERT_EQ(store.append(request("a", 0)).index(), 0U);
  EXPECT_EQ(store.read_stream("a", Version::none(), 10).size(), 2U);
  EXPECT_EQ(log.seen, (std::vector<std::string>{"a commit is in doubt",
                                                "the log is written into the file again, appends go on"}));
}

TEST(GroupCommit, a_full_disk_at_commit_is_definite) {
  FailingVfs vfs;
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  ASSERT_EQ(store.append(request("a", -1)).index(), 0U);
  vfs.fail_write = SQLITE_FULL;
  EXPECT_EQ(code_of([&] { (void)store.append(request("a", 0)); }), Errc::storage_full);
  vfs.fail_write = SQLITE_OK;
  ASSERT_EQ(store.append(request("a", 0)).index(), 0U);
  EXPECT_EQ(store.head(), Position{2});
}

TEST(GroupCommit, a_failed_write_of_the_log_is_in_doubt) {
  FailingVfs vfs;
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  vfs.fail_write = SQLITE_IOERR_WRITE;
  EXPECT_EQ(code_of([&] { (void)store.append(request("a", -1)); }), Errc::in_doubt);
  vfs.fail_write = SQLITE_OK;
  ASSERT_EQ(store.append(request("a", -1)).index(), 0U);
  EXPECT_EQ(store.head(), Position{1});
}

TEST(GroupCommit, groups_are_bounded_and_keep_the_order_of_calls) {
  const TempDir folder;
  SqliteOptions options = options_for(folder.file());
  options.max_group_events = 3;
  SqliteStore store{options};
  std::vector<std::future<AppendResult>> results;
  for (int i = 0; i < 100; ++i) results.push_back(store.append_async(request("a", i * 2 - 1, 2)));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(version_of(results[static_cast<std::size_t>(i)]), Version{i * 2 + 1});
}

TEST(GroupCommit, blocking_and_deferred_appends_of_many_threads_mix) {
  const TempDir folder;
  SqliteStore store{options_for(folder.file())};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 6; ++t) {
      threads.emplace_back([&store, t] {
        const std::string id = "a" + std::to_string(t);
        for (int i = 0; i < 100; ++i) {
          if (t % 2 == 0) {
            ASSERT_EQ(store.append(request(id, i - 1)).index(), 0U);
          } else {
            auto result = store.append_async(request(id, i - 1));
            if (i % 10 == 9) {
              ASSERT_EQ(result.get().index(), 0U);
            }
          }
        }
      });
    }
  }
  while (store.head() < Position{600}) std::this_thread::yield();  // the last deferred ones
  for (int t = 0; t < 6; ++t) EXPECT_EQ(store.read_stream("a" + std::to_string(t), Version::none(), 1000).size(), 100U);
}

TEST(GroupCommit, the_destructor_finishes_deferred_appends) {
  const TempDir folder;
  std::vector<std::future<AppendResult>> results;
  {
    SqliteStore store{options_for(folder.file())};
    for (int i = 0; i < 200; ++i) results.push_back(store.append_async(request("a", i - 1)));
  }
  for (auto& result : results) EXPECT_EQ(result.get().index(), 0U);
}

}  // namespace
}  // namespace leftfold
