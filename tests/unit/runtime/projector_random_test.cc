// SPDX-License-Identifier: Apache-2.0
// Thousands of random schedules of crashes, zombies, failures and re-drives: each event is in the table exactly once.
#include <gtest/gtest.h>

#include <cstdlib>

#include "projector_world.h"

namespace leftfold::runtime_test {
namespace {

// LEFTFOLD_SEED runs one seed, LEFTFOLD_SEEDS another number of them.
unsigned number(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

struct Totals {
  int crashes = 0;
  int parked = 0;
};

void run_seed(unsigned seed, bool repeats, std::size_t most_rows, Totals& totals) {
  ProjectorWorld world{seed, repeats};
  world.model.most_rows = most_rows;
  const int batches = 1 + world.roll(3);
  for (int batch = 0; batch < batches; ++batch) {
    const int events = 1 + world.roll(25);
    for (int i = 0; i < events; ++i) world.append(world.roll(ProjectorWorld::kAggregates), world.roll(6) != 0);
    for (int i = 0; i < 3; ++i) world.run(world.roll(60));
    if (world.roll(3) == 0) world.redrive_all();
  }
  totals.crashes += world.crashes();
  totals.parked += world.parked();
  world.calm_down();
  ASSERT_TRUE(world.run()) << "seed " << seed << ": does not come to an end";
  ASSERT_TRUE(world.redrive_all()) << "seed " << seed << ": a sequence cannot be re-driven";
  ASSERT_EQ(world.wrong(), "") << "seed " << seed;
  for (int aggregate = 0; aggregate < ProjectorWorld::kAggregates; ++aggregate) world.append(aggregate);
  ASSERT_TRUE(world.run()) << "seed " << seed << ": does not come to an end again";
  ASSERT_EQ(world.wrong(), "") << "seed " << seed << ", afterwards";
  ASSERT_EQ(world.letters.count({}).letters, 0U) << "seed " << seed;
  ASSERT_EQ(world.rows(), 0U) << "seed " << seed << ": rows that the checkpoint makes needless";
}

void run_seeds(bool repeats, std::size_t most_rows = 0) {
  const unsigned only = number("LEFTFOLD_SEED", 0);
  const unsigned seeds = number("LEFTFOLD_SEEDS", 2000);
  Totals totals;
  for (unsigned seed = only > 0 ? only : 1; seed <= (only > 0 ? only : seeds); ++seed) {
    run_seed(seed, repeats, most_rows, totals);
    if (::testing::Test::HasFatalFailure()) return;
  }
  if (only > 0) return;
  EXPECT_GT(totals.crashes, static_cast<int>(seeds / 4));
  EXPECT_GT(totals.parked, static_cast<int>(seeds / 4));
}

TEST(ProjectorAtRandom, every_event_is_in_the_table_once_and_in_order) { run_seeds(false); }

TEST(ProjectorAtRandom, also_when_the_feed_brings_events_again_and_before_their_turn) { run_seeds(true); }

// 3: full after one or two events. More rows of held events may become needless at once than a transaction holds.
TEST(ProjectorAtRandom, also_when_a_transaction_holds_few_rows) {
  run_seeds(false, 3);
  run_seeds(true, 3);
  run_seeds(true, 1);
}

}  // namespace
}  // namespace leftfold::runtime_test
