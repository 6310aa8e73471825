// SPDX-License-Identifier: Apache-2.0
// The shop run as a user runs it: its totals agree with its events, and a second run continues.
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include <leftfold/sqlite_read_model.h>

#include "program.h"

namespace {

using examples_test::run;

class ShopSimulate : public ::testing::Test {
 protected:
  examples_test::Outcome simulate(const char* customers) {
    return run(
        {SHOP_PROGRAM, "--store", "sqlite:" + file_.string(), "simulate", "--customers", customers, "--threads", "4"});
  }
  static std::int64_t number(leftfold::SqliteReadModel& db, const char* sql) {
    return db.query<std::int64_t>(sql).at(0);
  }

  examples_test::Folder folder_;
  std::filesystem::path file_ = folder_ / "shop.db";
};

TEST_F(ShopSimulate, tables_and_receipts_agree_with_the_events) {
  const auto outcome = simulate("200");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors << outcome.output;
  EXPECT_NE(outcome.output.find("Verified"), std::string::npos) << outcome.output;
  leftfold::SqliteReadModel shop{file_};
  leftfold::SqliteReadModel mail{folder_ / "shop.receipts.db"};
  EXPECT_EQ(number(shop, "SELECT sum(row ->> 'quantity') FROM hot_products"),
            number(shop,
                   "SELECT sum(json_extract(payload, '$.quantity') * iif(type = 'CartItemAdded', 1, -1)) FROM events "
                   "WHERE type IN ('CartItemAdded', 'CartItemRemoved')"));
  EXPECT_EQ(number(mail, "SELECT count(*) FROM receipts"),
            number(shop, "SELECT count(*) FROM events WHERE type = 'CartCheckedOut'"));
  EXPECT_EQ(number(shop, "SELECT count(*) FROM streams WHERE name LIKE 'cart-%'"), 200 + 1);
}

TEST_F(ShopSimulate, a_second_run_continues_with_new_customers) {
  ASSERT_EQ(simulate("50").exit_code, 0);
  const auto outcome = simulate("50");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors << outcome.output;
  EXPECT_NE(outcome.output.find("Customers 51 to 100"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("Verified"), std::string::npos) << outcome.output;
  leftfold::SqliteReadModel shop{file_};
  EXPECT_EQ(number(shop, "SELECT count(*) FROM streams WHERE name LIKE 'cart-%'"), 100 + 1);
}

TEST_F(ShopSimulate, a_store_that_is_not_a_file_is_refused) {
  const auto outcome = run({SHOP_PROGRAM, "--store", "memory:", "simulate"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.errors.find("--store sqlite:FILE"), std::string::npos) << outcome.errors;
}

TEST_F(ShopSimulate, wrong_options_are_usage_errors) {
  EXPECT_EQ(run({SHOP_PROGRAM, "simulate", "--customers", "many"}).exit_code, 2);
  EXPECT_EQ(run({SHOP_PROGRAM, "simulate", "--threads"}).exit_code, 2);
  EXPECT_EQ(run({SHOP_PROGRAM, "simulate", "now"}).exit_code, 2);
}

}  // namespace
