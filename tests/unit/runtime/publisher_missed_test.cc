// SPDX-License-Identifier: Apache-2.0
// What a worker writes, round by round, of events that were missed.
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <leftfold/error.h>

#include "unit/runtime/publisher_rounds.h"

namespace leftfold::runtime {
namespace {

TEST_F(PublisherRounds, AnAbsenceAsLongAsTheStreamKeepsRecordsIsALossAndAShorterOneIsNot) {
  repairs = false;
  stream.add_shard("a");
  {
    Worker first{*this, "v"};
    first.tick();
    first.rounds.release();
  }
  pass(19h);
  {
    Worker second{*this, "w"};
    second.tick();
    EXPECT_EQ(second.shards, (Shards{"a"}));
    EXPECT_EQ(lease(std::string{kRepairLease}).name, "") << "the stream still has everything";
    second.rounds.release();
  }
  pass(21h);
  Worker third{*this, "x"};
  third.tick();
  EXPECT_EQ(third.shards, (Shards{"a"}));
  EXPECT_EQ(lease(std::string{kRepairLease}).checkpoint, "1");
  EXPECT_NE(lease(std::string{kRepairLease}).note.find("21 h"), std::string::npos);
  third.tick();
  EXPECT_EQ(lease(std::string{kRepairLease}).checkpoint, "1") << "once";
}

TEST_F(PublisherRounds, AnAbsenceIsToldOnceHoweverOftenTheLeaseCannotBeTaken) {
  repairs = false;
  stream.add_shard("a");
  {
    Worker first{*this, "v"};
    first.tick();
    first.rounds.release();
  }
  pass(21h);
  Worker second{*this, "w"};
  second.faulty.failing_name = "/a";
  run(second, 60s);
  EXPECT_TRUE(second.shards.empty());
  EXPECT_EQ(lease(std::string{kRepairLease}).checkpoint, "1");
}

// The shard in between came and went: no lease knows of it, and the place of none lies in what was deleted.
TEST_F(PublisherRounds, AnAbsenceIsALossAlsoWhenEveryLeaseIsDone) {
  stream.add_shard("a");
  stream.close("a");
  {
    Worker first{*this, "v"};
    first.tick();
    finish(first, "a");
    first.tick();
    ASSERT_TRUE(lease("a").done);
    first.rounds.release();
  }
  stream.remove("a");
  stream.add_shard("c", "b");
  pass(21h);
  Worker second{*this, "w"};
  second.faulty.failing_name = "/c";
  run(second, 10s);
  EXPECT_EQ(lease("c").name, "");
  EXPECT_EQ(lease(std::string{kRepairLease}).checkpoint, "1");
  EXPECT_NE(lease(std::string{kRepairLease}).note.find("21 h"), std::string::npos);
  second.faulty.failing_name.clear();
  run(second, 2min);
  EXPECT_EQ(second.shards.count("c"), 1U);
  EXPECT_EQ(lease(std::string{kRepairLease}).checkpoint, "1") << "once";
}

TEST_F(PublisherRounds, OfManyLossesThatCannotBeNotedTheNewestIs) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  worker.faulty.failing_name = kRepairLease;
  for (int i = 0; i < 100; ++i) worker.rounds.need_repair("loss " + std::to_string(i));
  run(worker, 10s);
  worker.faulty.failing_name.clear();
  run(worker, 10s);
  EXPECT_EQ(lease("repair").note, "loss 99");
  EXPECT_EQ(lease("repair").checkpoint, "1");
}

TEST_F(PublisherRounds, ALossThatCannotBeNotedAtTheEndIsNotHiddenByACheckpoint) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  const Lease before = lease("a");
  // The first write fails, and the store answers again at once.
  worker.rounds.need_repair("trimmed");
  worker.rounds.progress({worker.holds[0].lease, worker.holds[0].number, "12", false, "lost: trimmed"});
  worker.faulty.failing_writes = 1;
  worker.rounds.release();
  EXPECT_EQ(lease("repair").counter, 0);
  EXPECT_EQ(lease("a"), before) << "the next owner reads at the same place, and finds the same loss";
}

TEST_F(PublisherRounds, WhatWasMissedIsRepairedByOneAndAgainWhenMoreIsMissedMeanwhile) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  worker.rounds.need_repair("trimmed");
  worker.tick();
  EXPECT_EQ(worker.shards, (Shards{"a", "repair"}));
  EXPECT_EQ(lease("repair").note, "trimmed");
  repairs = false;
  Worker other{*this, "other"};
  other.tick();
  other.rounds.need_repair("gone");
  other.tick();
  EXPECT_TRUE(other.shards.empty());
  pass(3s);
  worker.tick();
  finish(worker, "repair");
  worker.tick();
  EXPECT_FALSE(lease("repair").done) << "the second may have come too late for the first run";
  EXPECT_EQ(worker.shards, (Shards{"a", "repair"})) << "begun anew";
  finish(worker, "repair");
  worker.tick();
  EXPECT_TRUE(lease("repair").done);
}

TEST_F(PublisherRounds, WhatWasMissedIsNotedBeforeAnyCheckpoint) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  worker.faulty.write_failure = Errc::throttled;
  worker.rounds.need_repair("trimmed");
  worker.rounds.progress({worker.holds[0].lease, worker.holds[0].number, "50", false, {}});
  worker.tick();
  const int writes = worker.faulty.writes;
  EXPECT_EQ(lease("a").checkpoint, "");
  worker.faulty.write_failure = std::nullopt;
  run(worker, 5s);
  EXPECT_EQ(lease("a").checkpoint, "50");
  EXPECT_EQ(lease("repair").note, "trimmed");
  EXPECT_GT(worker.faulty.writes, writes);
}

TEST_F(PublisherRounds, AWorkerThatCannotRepairLeavesItToOthers) {
  repairs = false;
  Worker worker{*this, "w"};
  worker.rounds.need_repair("trimmed");
  run(worker, 10s);
  EXPECT_TRUE(worker.shards.empty());
  EXPECT_FALSE(lease("repair").done);
  repairs = true;
  Worker other{*this, "other"};
  other.tick();
  EXPECT_EQ(other.shards, (Shards{"repair"}));
}

}  // namespace
}  // namespace leftfold::runtime
