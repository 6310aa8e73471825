// SPDX-License-Identifier: Apache-2.0
// Read tables that others clear meanwhile, and batches that only the service can refuse.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include <leftfold/dynamodb.h>
#include <leftfold/memory.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/read_table.h>
#include <leftfold/runner.h>
#include <leftfold/testing/cost.h>
#include <leftfold/testing/run_until_idle.h>

#include "dynamodb/counted.h"
#include "dynamodb/service.h"
#include "support/code_of.h"

namespace leftfold {
namespace {

using test_dynamodb::append;
using test_dynamodb::Counted;
using test_dynamodb::CountedEvents;
using test_dynamodb::TestTables;
using test_support::code_of;

struct Sum {
  std::int64_t n = 0;
};

// A replay in place clears tables and versions in one transaction of partition 0, while a Runner handles partition 1:
// the event may be in neither or in both, but not in one of them.
TEST(DynamoDbTableRaces, ABatchIsWhollyBeforeAClearOrAfterIt) {
  const TestTables tables;
  DynamoDbStore runner{tables.options()};
  DynamoDbStore replay{tables.options()};
  const ReadTable<Sum> of_runner{runner.read_tables(), "sums"};
  const ReadTable<Sum> of_replay{replay.read_tables(), "sums"};
  const auto clear = [&](const char* done) {
    const auto transaction = replay.read_tables().begin("p");
    of_replay.clear();
    transaction->set_handled("p#reached", done, Version{0});
    transaction->forget_all_handled("p#reached");
    transaction->commit(Position::start());
  };
  for (const bool versions_first : {true, false}) {
    const auto batch = runner.read_tables().begin("p/1");
    if (versions_first) EXPECT_FALSE(batch->handled("p#reached", "a"));
    else of_runner.add("all", &Sum::n, 1);
    clear("b");
    if (versions_first) of_runner.add("all", &Sum::n, 1);
    batch->set_handled("p#reached", "a", Version{0});
    EXPECT_EQ(code_of([&] { batch->commit(Position{1}); }), Errc::unavailable);
  }
  EXPECT_FALSE(of_replay.find("all"));
  EXPECT_FALSE(replay.read_tables().begin("p")->handled("p#reached", "a"));
  {  // all of it before: nothing of it is left
    const auto batch = runner.read_tables().begin("p/1");
    of_runner.add("all", &Sum::n, 1);
    batch->set_handled("p#reached", "a", Version{0});
    batch->commit(Position{1});
  }
  clear("b");
  EXPECT_FALSE(of_replay.find("all"));
  EXPECT_FALSE(replay.read_tables().begin("p")->handled("p#reached", "a"));
}

TEST(DynamoDbTableRaces, WhatIsForgottenAtOnceIsNotRead) {
  if (test_dynamodb::service_name() == "moto") return;  // it reports no sizes
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  for (int from = 0; from < 400; from += 80) {
    const auto transaction = store.read_tables().begin("p");
    for (int i = from; i < from + 80; ++i) {
      transaction->set_handled("p#reached", std::string(200, 'a') + std::to_string(i), Version{i});
    }
    transaction->commit(Position{from + 80});
  }
  const auto transaction = store.read_tables().begin("p");
  testing::costs_at_most(testing::read_units{3}).check(store, [&] { transaction->forget_all_handled("p#reached"); });
  EXPECT_TRUE(transaction->all_handled("p#reached").empty());
}

// A row that an older program left, in which the number is a text.
struct OnText : Projector<CountedEvents> {
  explicit OnText(ReadTables& tables) : sums{tables, "sums"} {}
  ReadTables& read_model() { return sums.tables(); }
  void reset() {
    sums.clear();
    sums.tables().put("sums", "text", R"({"n":"many"})");
  }
  void on(const Counted& event) { sums.add(event.n == 0 ? "text" : "all", &Sum::n, 1); }
  ReadTable<Sum> sums;
};

TEST(DynamoDbTableRaces, WhatTheCommitRefusesIsTheFaultOfOneEvent) {
  const TestTables tables;
  DynamoDbStore store{tables.options()};
  MemoryStore events;
  MemoryDeadLetterStore letters{system_clock()};
  for (int i = 0; const int n : {1, 1, 0, 1, 1, 0, 1}) append(events, "a" + std::to_string(i++), n);
  OnText projector{store.read_tables()};
  RunnerOptions options;
  options.dead_letters = &letters;
  Runner runner{events, options};
  runner.add(projector);
  testing::run_until_idle(runner, events);
  const auto sequences = letters.sequences(runner.status().at(0).name);
  ASSERT_EQ(sequences.size(), 2U);
  const auto letter = letters.letters(runner.status().at(0).name, sequences.front(), std::nullopt, 1);
  ASSERT_EQ(letter.size(), 1U);
  // moto names no item.
  const char* const where = test_dynamodb::service_name() == "moto" ? "operand" : "item \"text\" of \"row#sums#1\"";
  EXPECT_NE(letter[0].error_message.find(where), std::string::npos) << letter[0].error_message;
  EXPECT_EQ(projector.sums.find("all").value_or(Sum{}).n, 5);
}

}  // namespace
}  // namespace leftfold
