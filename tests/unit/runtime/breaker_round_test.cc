// SPDX-License-Identifier: Apache-2.0
#include "runtime/breaker_round.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include <leftfold/error.h>
#include <leftfold/memory_breaker_store.h>

#include "support/code_of.h"

namespace leftfold::detail {
namespace {

/// Counts what it is asked, and fails when told to.
class CountingStore final : public BreakerStore {
 public:
  BreakerRecord read(std::string_view name) override {
    ++reads;
    return records.read(name);
  }
  std::vector<BreakerRecord> list() override {
    ++lists;
    if (fails) throw Error{*fails, "by the test"};
    return records.list();
  }
  bool write(const BreakerRecord& record) override { return records.write(record); }

  MemoryBreakerStore records;
  std::optional<Errc> fails;
  int reads = 0;
  int lists = 0;
};

BreakerRecord opened(const char* name, std::int64_t revision = 0) {
  BreakerRecord record;
  record.name = name;
  record.revision = revision;
  record.state = BreakerRecord::State::open;
  return record;
}

class BreakerRoundTest : public ::testing::Test {
 protected:
  CountingStore store;
  BreakerRound round{store};
};

TEST_F(BreakerRoundTest, ReadsOfARoundAreOneList) {
  ASSERT_TRUE(store.records.write(opened("mail")));
  round.begin();
  EXPECT_EQ(round.read("mail"), opened("mail", 1));
  EXPECT_EQ(round.read("stock").revision, 0);
  EXPECT_EQ(round.read("stock").name, "stock");
  EXPECT_EQ(store.lists, 1);
  round.begin();
  EXPECT_EQ(round.read("mail"), opened("mail", 1));
  EXPECT_EQ(store.lists, 2);
  EXPECT_EQ(store.reads, 0);
}

TEST_F(BreakerRoundTest, OutsideOfARoundEachIsReadByItself) {
  (void)round.read("mail");
  round.begin();
  round.end();
  (void)round.read("mail");
  EXPECT_EQ(store.reads, 2);
  EXPECT_EQ(store.lists, 0);
}

TEST_F(BreakerRoundTest, AWriteIsSeenByTheNextReadWhoeverWrote) {
  round.begin();
  EXPECT_EQ(round.read("mail").revision, 0);
  EXPECT_TRUE(round.write(opened("mail")));
  EXPECT_EQ(round.read("mail").revision, 1);
  ASSERT_TRUE(store.records.write(opened("mail", 1)));
  EXPECT_FALSE(round.write(opened("mail", 1))) << "another was first";
  EXPECT_EQ(round.read("mail").revision, 2);
}

TEST_F(BreakerRoundTest, AStoreThatFailedIsAskedAgainInTheNextRound) {
  store.fails = Errc::unavailable;
  round.begin();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(test_support::code_of([&] { (void)round.read("mail"); }), Errc::unavailable);
  }
  EXPECT_EQ(store.lists, 1);
  store.fails.reset();
  round.begin();
  EXPECT_EQ(round.read("mail").revision, 0);
}

TEST_F(BreakerRoundTest, ARecordThatCannotBeReadKeepsNobodyFromHisOwn) {
  store.fails = Errc::corrupt;
  round.begin();
  (void)round.read("mail");
  (void)round.read("stock");
  EXPECT_EQ(store.lists, 1);
  EXPECT_EQ(store.reads, 2);
}

}  // namespace
}  // namespace leftfold::detail
