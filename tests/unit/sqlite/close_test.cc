// SPDX-License-Identifier: Apache-2.0
// A store that was closed is one file: a copy of it alone holds everything.
#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>

#include <gtest/gtest.h>

#include <filesystem>

#include "unit/sqlite/temp_dir.h"

namespace leftfold::test_sqlite {
namespace {

TEST(SqliteClose, LeavesEverythingInTheFile) {
  const TempDir dir;
  {
    SqliteStore store{options_for(dir.file())};
    ASSERT_TRUE(std::holds_alternative<Appended>(store.append(request("a", -1))));
    EXPECT_EQ(store.head(), Position{1});  // a reader is open too
    const auto subscription = store.subscribe({.name = "s"});
    EXPECT_EQ(subscription->take(10, {}, kNever).assigned.size(), 1U);
  }
  EXPECT_FALSE(std::filesystem::exists(dir.file("events.db-wal")));
  std::filesystem::copy_file(dir.file(), dir.file("copy.db"));
  SqliteOptions copy = options_for(dir.file("copy.db"));
  copy.mode = SqliteOptions::Mode::read_only;
  EXPECT_EQ(SqliteStore{copy}.head(), Position{1});
}

TEST(SqliteClose, LeavesTheTablesOfAReadModelInTheFile) {
  const TempDir dir;
  {
    SqliteReadModel tables{dir.file()};
    tables.execute("CREATE TABLE t(n INTEGER)");
    tables.execute("INSERT INTO t VALUES(?)", 7);
    EXPECT_EQ(tables.query<int>("SELECT n FROM t"), std::vector<int>{7});
  }
  EXPECT_FALSE(std::filesystem::exists(dir.file("events.db-wal")));
}

}  // namespace
}  // namespace leftfold::test_sqlite
