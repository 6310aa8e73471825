// SPDX-License-Identifier: Apache-2.0
// A Projector that fails, with its events, its dead letters and its tables in one SQLite file.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include <leftfold/projector.h>
#include <leftfold/runner.h>
#include <leftfold/sqlite.h>
#include <leftfold/sqlite_read_model.h>

#include "unit/sqlite/temp_dir.h"

namespace leftfold {
namespace {

using test_sqlite::options_for;
using test_sqlite::TempDir;

struct Sold {
  int n = 0;
};
struct Sales : Projector<Events<Sold>> {
  explicit Sales(SqliteReadModel& m) : model{m} {}
  SqliteReadModel& read_model() { return model; }
  void reset() {
    model.execute("DROP TABLE IF EXISTS sales");
    model.execute("CREATE TABLE sales(id INTEGER PRIMARY KEY, product TEXT, n INTEGER)");
  }
  void on(const Sold& event, const EventMetadata& meta) {
    model.execute("INSERT INTO sales(product, n) VALUES(?, ?)", meta.aggregate_id, event.n);
    if (bad == meta.aggregate_id && event.n == 1) throw Park{"after it wrote"};
    if (slow == meta.aggregate_id && tries++ < 3) throw std::runtime_error{"not yet"};
  }
  SqliteReadModel& model;
  std::string bad, slow;
  int tries = 0;
};

class ProjectorInOneFile : public ::testing::Test {
 protected:
  Position sell(const std::string& product, int n) {
    AppendRequest request;
    request.aggregate_id = product;
    request.expected = Version{n - 1};
    request.events = {{Uuid::v7(system_clock().now()), "Sold", "{\"n\":" + std::to_string(n) + "}", "", 1}};
    return std::get<Appended>(store.append(request)).position;
  }
  std::vector<int> sold(const std::string& product) {
    return model.query<int>("SELECT n FROM sales WHERE product = ? ORDER BY id", product);
  }
  void add_to(Runner& runner, Sales& sales) {
    HandlerOptions options;
    options.name = "Sales";
    options.failures.retry.base = std::chrono::milliseconds{1};
    runner.add(sales, options);
  }
  [[nodiscard]] RunnerOptions with_letters() {
    RunnerOptions options;
    options.dead_letters = &store.dead_letters();
    return options;
  }
  static Instant soon() { return system_clock().instant() + std::chrono::seconds{30}; }

  TempDir folder;
  SqliteStore store{options_for(folder.file())};
  SqliteReadModel model{folder.file()};
};

TEST_F(ProjectorInOneFile, parks_re_drives_and_goes_on_and_each_event_is_in_the_table_once) {
  Position last;
  for (int n = 0; n < 4; ++n) {
    for (const char* product : {"apple", "pear", "plum"}) last = sell(product, n);
  }
  {
    Sales sales{model};
    sales.bad = "pear";
    sales.slow = "plum";
    Runner runner{store, with_letters()};
    add_to(runner, sales);
    Running running = runner.start();
    ASSERT_TRUE(runner.wait_until_handled(last, {}, soon()));
    EXPECT_EQ(sold("apple"), (std::vector<int>{0, 1, 2, 3}));
    EXPECT_EQ(sold("plum"), (std::vector<int>{0, 1, 2, 3}));
    EXPECT_EQ(sold("pear"), std::vector<int>{0});
    EXPECT_EQ(store.dead_letters().count({}).letters, 3U);
    running.finish();
  }
  // Another process later: the rows say what the checkpoint does not.
  Sales sales{model};
  Runner runner{store, with_letters()};
  add_to(runner, sales);
  Running running = runner.start();
  last = sell("pear", 4);
  ASSERT_TRUE(runner.wait_until_handled(last, {}, soon()));
  EXPECT_EQ(sold("pear"), std::vector<int>{0});
  const RedriveReport report = runner.redrive("Sales", "pear");
  EXPECT_EQ(report.end, RedriveReport::End::finished) << report.error;
  EXPECT_EQ(report.handled, 4U);
  last = sell("pear", 5);
  ASSERT_TRUE(runner.wait_until_handled(last, {}, soon()));
  running.finish();
  EXPECT_EQ(sold("pear"), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(model.query<int>("SELECT count(*) FROM leftfold_projection_versions WHERE aggregate <> ''").at(0), 0);
}

}  // namespace
}  // namespace leftfold
