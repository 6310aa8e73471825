// SPDX-License-Identifier: Apache-2.0
// A projector in the second table, on a feed that brings events again and before their turn.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include <leftfold/dynamodb.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/read_table.h>
#include <leftfold/testing/virtual_clock.h>

#include "dynamodb/service.h"
#include "unit/runtime/scripted_feed.h"
#include "unit/runtime/support.h"

namespace leftfold {
namespace {

using runtime_test::Counted;
using runtime_test::Running;
using runtime_test::ScriptedFeed;
using runtime_test::text_of;
using test_dynamodb::TestTables;

struct Text {
  std::string numbers;
};

struct Texts : Projector<runtime_test::TestEvents> {
  explicit Texts(ReadTables& tables) : table{tables, "texts"} {}
  ReadTables& read_model() { return table.tables(); }
  void reset() { table.clear(); }
  void on(const Counted& event, const EventMetadata& meta) {
    table.update(meta.aggregate_id, [&](Text& text) { text.numbers += std::to_string(event.n) + " "; });
  }
  ReadTable<Text> table;
};

class DynamoDbVersionGate : public ::testing::Test {
 protected:
  static constexpr int kAggregates = 12;  // even ones in partition 0, odd ones in partition 1

  // A Runner of a new process.
  void start() {
    runner.reset();
    feed.emplace(clock);
    feed->let_repeat();
    store.emplace(tables.options());
    texts.emplace(store->read_tables());
    RunnerOptions options;
    options.clock = &clock;
    options.dead_letters = &letters;
    runner.emplace(*feed, options);
    runner->add(*texts);
  }
  void event(int aggregate, int version) {
    const int partition = aggregate % 2;
    feed->event(partition, ++last[partition], "a" + std::to_string(aggregate), version, "Counted", {},
                Version{version});
  }
  void expect_texts(const std::string& numbers) {
    for (int aggregate = 0; aggregate < kAggregates; ++aggregate) {
      EXPECT_EQ(texts->table.find("a" + std::to_string(aggregate)).value_or(Text{}).numbers, numbers) << aggregate;
    }
    EXPECT_TRUE(letters.sequences(runner->status().at(0).name).empty());
  }

  const TestTables tables;
  testing::VirtualClock clock;
  MemoryDeadLetterStore letters{clock};
  std::optional<DynamoDbStore> store;
  std::optional<Texts> texts;
  std::optional<ScriptedFeed> feed;
  std::optional<Runner> runner;
  std::int64_t last[2] = {0, 0};
};

TEST_F(DynamoDbVersionGate, EachEventCountsOnceAndInItsTurn) {
  start();
  for (const int partition : {0, 1}) feed->assign(partition, 1);
  for (const int version : {0, 0, 2, 1, 0, 2, 3}) {
    for (int aggregate = 0; aggregate < kAggregates; ++aggregate) event(aggregate, version);
  }
  {
    Running running{*runner};
    ASSERT_TRUE(feed->wait_until_idle());
    expect_texts("0 1 2 3 ");
    EXPECT_EQ(text_of(running.stop()), "");
  }
  start();  // what it brings again it brought to another process
  for (const int partition : {0, 1}) feed->assign(partition, 2, last[partition]);
  for (const int version : {1, 3, 2, 5, 4, 4}) {
    for (int aggregate = 0; aggregate < kAggregates; ++aggregate) event(aggregate, version);
  }
  Running running{*runner};
  ASSERT_TRUE(feed->wait_until_idle());
  expect_texts("0 1 2 3 4 5 ");
  EXPECT_EQ(store->read_tables().checkpoint("Texts"), Position{last[0]});
  EXPECT_EQ(store->read_tables().checkpoint("Texts/1"), Position{last[1]});
}

}  // namespace
}  // namespace leftfold
