// SPDX-License-Identifier: Apache-2.0
// A file as leftfold wrote it in format version 1.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/source_dir.h"

namespace leftfold::test_sqlite {

/// Makes a store of format version 1 with one event of the aggregate "a".
inline void make_format_1(const std::filesystem::path& file) {
  std::ifstream script{leftfold::test_support::source_dir() / "tests/unit/sqlite/format_1.sql"};
  ASSERT_TRUE(script);
  const std::string text{std::istreambuf_iterator<char>{script}, {}};
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

}  // namespace leftfold::test_sqlite
