// SPDX-License-Identifier: Apache-2.0
// Events in a file that cannot be decoded, as a feed brings them.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include <leftfold/event_feed.h>
#include <leftfold/sqlite.h>

#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::code_of;
using test_sqlite::options_for;
using test_sqlite::request;
using test_sqlite::TempDir;

class Undecodables : public ::testing::Test {
 protected:
  void SetUp() override {
    SqliteStore store{options_for(folder.file())};
    for (const char* aggregate : {"a", "b"}) {
      ASSERT_EQ(store.append(request(aggregate, -1, 3, R"({"n":1})")).index(), 0U);
    }
  }
  // As somebody does who edits the file by hand.
  void damage(const std::string& sql) {
    sqlite3* file = nullptr;
    ASSERT_EQ(sqlite3_open(folder.file().c_str(), &file), SQLITE_OK);
    const std::string all = "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; " + sql;
    EXPECT_EQ(sqlite3_exec(file, all.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(file);
    sqlite3_close(file);
  }
  static EventPage all_of(SqliteStore& store, Undecodable undecodable) {
    SubscriptionOptions options;
    options.name = "s";
    options.kind = SubscriptionKind::local;
    options.undecodable = undecodable;
    const auto subscription = store.subscribe(options);
    (void)subscription->take(0, {}, Instant{});
    return std::move(subscription->take(100, {}, Instant{}).events);
  }

  TempDir folder;
};

TEST_F(Undecodables, one_with_half_an_id_comes_as_unreadable_with_its_place_and_bytes) {
  damage("UPDATE events SET event_id = x'0011' WHERE global_position = 2");
  SqliteStore store{options_for(folder.file())};
  std::string text;
  EXPECT_EQ(code_of([&] { (void)all_of(store, Undecodable::fail); }, &text), Errc::corrupt);
  const EventPage page = all_of(store, Undecodable::bring);
  ASSERT_EQ(page.size(), 6U);
  EXPECT_EQ(page[1].type, kUnreadable);
  EXPECT_EQ(page[1].aggregate_id, "a");
  EXPECT_EQ(page[1].version, Version{1});
  EXPECT_EQ(page[1].position, Position{2});
  EXPECT_EQ(page[1].payload, R"({"n":1})");
  EXPECT_NE(page[1].metadata.find("event_id is not 16 bytes long"), std::string::npos) << page[1].metadata;
  EXPECT_EQ(page[2].type, "Happened");
}

TEST_F(Undecodables, those_of_an_aggregate_without_a_name_come_without_it) {
  damage("DELETE FROM streams WHERE name = 'a'");
  SqliteStore store{options_for(folder.file())};
  EXPECT_EQ(code_of([&] { (void)all_of(store, Undecodable::fail); }), Errc::corrupt);
  const EventPage page = all_of(store, Undecodable::bring);
  ASSERT_EQ(page.size(), 6U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(page[i].type, kUnreadable);
    EXPECT_EQ(page[i].aggregate_id, "");
    EXPECT_EQ(page[i].version, Version{static_cast<std::int64_t>(i)});
  }
  EXPECT_EQ(page[3].aggregate_id, "b");
  EXPECT_EQ(page[3].type, "Happened");
}

TEST_F(Undecodables, one_that_is_gone_is_no_event_to_bring) {
  damage("DELETE FROM events WHERE global_position = 2");
  SqliteStore store{options_for(folder.file())};
  EXPECT_EQ(code_of([&] { (void)all_of(store, Undecodable::bring); }), Errc::corrupt);
}

}  // namespace
}  // namespace leftfold
