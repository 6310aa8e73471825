// SPDX-License-Identifier: Apache-2.0
// The lock file when somebody deletes it.
#include "sqlite/lock_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "unit/sqlite/temp_dir.h"

namespace leftfold::sqlite {
namespace {

TEST(LockFile, that_was_deleted_holds_nobody_off_so_the_new_one_is_locked_instead) {
  const test_sqlite::TempDir folder;
  LockFile first{folder.file()};
  ASSERT_TRUE(first.try_lock(1));
  std::filesystem::remove(folder.file("events.db-lock"));
  LockFile second{folder.file()};
  ASSERT_TRUE(second.try_lock(1));
  first.unlock(1);
  EXPECT_FALSE(first.try_lock(1)) << "both would own the subscription";
  second.unlock(1);
  EXPECT_TRUE(first.try_lock(1));
  EXPECT_FALSE(second.try_lock(1));
}

}  // namespace
}  // namespace leftfold::sqlite
