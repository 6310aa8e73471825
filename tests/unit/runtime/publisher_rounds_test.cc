// SPDX-License-Identifier: Apache-2.0
// What a worker asks and writes, round by round.
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <leftfold/error.h>

#include "unit/runtime/publisher_rounds.h"

namespace leftfold::runtime {
namespace {

TEST_F(PublisherRounds, MakesLeasesForAllShardsAndTakesThoseThatMayBeRead) {
  stream.add_shard("a");
  stream.split("a", {"b"});
  stream.add_shard("c");
  Worker worker{*this, "w"};
  worker.tick();
  EXPECT_EQ(worker.shards, (Shards{"a", "c"}));
  for (const Hold& hold : worker.holds) {
    EXPECT_EQ(hold.closed, hold.shard->shard == "a");
    EXPECT_EQ(hold.checkpoint, "") << "from the oldest on";
  }
  EXPECT_EQ(lease("b").owner, "");
  finish(worker, "a");
  worker.tick();
  EXPECT_EQ(worker.shards, (Shards{"b", "c"}));
  EXPECT_TRUE(lease("a").done);
}

TEST_F(PublisherRounds, WhileTheStreamDoesNotAnswerLeasesAreRenewedAndItIsNotAskedAgain) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  const std::int64_t counter = lease("a").counter;
  worker.search.slow = true;
  run(worker, 5min);
  EXPECT_GE(lease("a").counter, counter + 80);
  EXPECT_EQ(worker.search.open(), 1U);
  EXPECT_EQ(worker.lost, 0);
  stream.add_shard("b");
  worker.search.slow = false;
  worker.tick();
  EXPECT_EQ(worker.shards, (Shards{"a", "b"}));
}

TEST_F(PublisherRounds, AShardThatEndsWhileItsChildrenAreAskedForAlreadyIsAskedAsOften) {
  stream.add_shard("a");
  stream.close("a");
  Worker worker{*this, "w"};
  worker.search.slow = true;
  worker.tick();
  worker.search.slow = false;
  worker.tick();  // the listing came, and brought the one question that a closed shard without children is worth
  stream.add_shard("c");
  stream.close("c");
  pass(70s);
  worker.search.answers_left = 1;  // the listing's; what it asks then is on its way
  worker.tick();
  finish(worker, "c");
  worker.tick();
  worker.search.answers_left = SIZE_MAX;
  const int asked = stream.children_asked();
  run(worker, 20s);
  EXPECT_GE(stream.children_asked() - asked, 10);
}

TEST_F(PublisherRounds, AnEndWhoseAnswerWasLostIsNoLoss) {
  stream.add_shard("a");
  stream.close("a");
  Worker worker{*this, "w"};
  worker.tick();
  worker.rounds.need_repair("trimmed");
  worker.tick();
  ASSERT_EQ(worker.shards, (Shards{"a", "repair"}));
  worker.faulty.write_failure = Errc::in_doubt;
  worker.faulty.stores_all_the_same = true;
  finish(worker, "a");
  finish(worker, "repair");
  worker.tick();
  worker.faulty.write_failure = std::nullopt;
  ASSERT_TRUE(lease("a").done);
  const int asked = stream.children_asked();
  run(worker, 20s);
  EXPECT_EQ(worker.lost, 0);
  EXPECT_TRUE(lease("repair").done);
  EXPECT_EQ(worker.rounds.held(), 0U);
  EXPECT_EQ(stream.children_asked() - asked, 10) << "its children are due";
}

TEST_F(PublisherRounds, RenewsInTimeAndNotMoreOften) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  const std::int64_t counter = lease("a").counter;
  run(worker, 30s);
  EXPECT_GE(lease("a").counter, counter + 8);
  EXPECT_LE(lease("a").counter, counter + 11);
  Worker other{*this, "other"};
  for (int i = 0; i < 10; ++i) {
    run(other, 3s);
    run(worker, 3s);
  }
  EXPECT_TRUE(other.shards.empty()) << "its owner lives";
}

TEST_F(PublisherRounds, CheckpointsAreWrittenAtOnceAndCountAsRenewals) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  worker.rounds.progress({worker.holds[0].lease, worker.holds[0].number, "17", false, {}});
  worker.tick();
  EXPECT_EQ(lease("a").checkpoint, "17");
  worker.rounds.progress({worker.holds[0].lease, worker.holds[0].number + 1, "99", false, {}});
  worker.tick();
  EXPECT_EQ(lease("a").checkpoint, "17") << "said of another hold";
}

TEST_F(PublisherRounds, ALeaseOfAWorkerThatDiedIsTakenAfterItsTimeFromItsCheckpoint) {
  stream.add_shard("a");
  Worker dead{*this, "dead"};
  dead.tick();
  dead.rounds.progress({dead.holds[0].lease, dead.holds[0].number, "5", false, {}});
  dead.tick();
  Worker worker{*this, "w"};
  run(worker, 9s);
  EXPECT_TRUE(worker.shards.empty());
  run(worker, 6s);
  EXPECT_EQ(worker.shards, (Shards{"a"}));
  EXPECT_EQ(worker.holds[0].checkpoint, "5");
}

TEST_F(PublisherRounds, AFrozenWorkerThatGoesOnFindsItsLeaseTaken) {
  stream.add_shard("a");
  Worker frozen{*this, "frozen"};
  frozen.tick();
  Worker worker{*this, "w"};
  run(worker, 15s);
  ASSERT_EQ(worker.shards, (Shards{"a"}));
  worker.rounds.progress({worker.holds[0].lease, worker.holds[0].number, "8", false, {}});
  worker.tick();
  frozen.rounds.progress({frozen.holds[0].lease, frozen.holds[0].number, "3", false, {}});
  frozen.tick();
  EXPECT_EQ(frozen.lost, 1);
  EXPECT_EQ(lease("a").checkpoint, "8") << "it writes nothing any more";
  EXPECT_EQ(lease("a").owner, "w");
}

TEST_F(PublisherRounds, AWorkerThatCannotReachTheStoreGoesOnWithWhatItHolds) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  worker.faulty.list_failure = worker.faulty.write_failure = Errc::throttled;
  run(worker, 60s);
  EXPECT_EQ(worker.lost, 0);
  EXPECT_NE(worker.rounds.failure(), "");
  EXPECT_LT(worker.faulty.lists, 400) << "with growing pauses";
  worker.faulty.list_failure = worker.faulty.write_failure = std::nullopt;
  run(worker, 10s);
  EXPECT_EQ(worker.lost, 0);
  EXPECT_EQ(worker.rounds.failure(), "");
  EXPECT_EQ(lease("a").owner, "w");
}

TEST_F(PublisherRounds, AnAnswerThatWasLostIsSettledByTheList) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  worker.faulty.write_failure = Errc::in_doubt;
  worker.faulty.stores_all_the_same = true;
  worker.rounds.progress({worker.holds[0].lease, worker.holds[0].number, "4", false, {}});
  worker.tick();
  EXPECT_EQ(lease("a").checkpoint, "4");
  worker.faulty.write_failure = std::nullopt;
  worker.rounds.progress({worker.holds[0].lease, worker.holds[0].number, "6", false, {}});
  run(worker, 5s);
  EXPECT_EQ(worker.lost, 0);
  EXPECT_EQ(lease("a").checkpoint, "6");
}

TEST_F(PublisherRounds, ATakeWhoseAnswerWasLostIsNoticed) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.faulty.write_failure = Errc::in_doubt;
  worker.faulty.stores_all_the_same = true;
  worker.tick();
  worker.faulty.write_failure = std::nullopt;
  run(worker, 5s);
  EXPECT_EQ(worker.shards, (Shards{"a"}));
  EXPECT_EQ(worker.holds.size(), 1U);
}

TEST_F(PublisherRounds, StealsOneARoundUntilSharesAreEven) {
  for (const char* shard : {"a", "b", "c", "d", "e", "f"}) stream.add_shard(shard);
  Worker first{*this, "first"};
  first.tick();
  EXPECT_EQ(first.shards.size(), 6U);
  Worker second{*this, "second"};
  std::size_t before = 0;
  for (int i = 0; i < 6; ++i) {
    second.tick();
    EXPECT_LE(second.shards.size(), before + 1);
    before = second.shards.size();
    pass(3s);
    first.tick();
  }
  EXPECT_EQ(first.shards.size(), 3U);
  EXPECT_EQ(second.shards.size(), 3U);
  EXPECT_EQ(first.lost, 3);
  EXPECT_EQ(second.lost, 0);
}

TEST_F(PublisherRounds, GivesEverythingBackAtTheEndWithItsCheckpoints) {
  stream.add_shard("a");
  Worker worker{*this, "w"};
  worker.tick();
  worker.rounds.progress({worker.holds[0].lease, worker.holds[0].number, "12", false, {}});
  worker.rounds.release();
  EXPECT_EQ(lease("a").owner, "");
  EXPECT_EQ(lease("a").checkpoint, "12");
  Worker next{*this, "next"};
  next.tick();
  EXPECT_EQ(next.shards, (Shards{"a"})) << "without waiting";
}

TEST_F(PublisherRounds, TakesNothingAnyMoreWhileItDrains) {
  Worker worker{*this, "w"};
  worker.tick();
  worker.rounds.stop_taking();
  stream.add_shard("a");
  run(worker, 70s);
  EXPECT_TRUE(worker.shards.empty());
}

TEST_F(PublisherRounds, AsksTenTimesForChildrenAndThenWithEachListing) {
  stream.add_shard("a");
  stream.close("a");
  Worker worker{*this, "w"};
  worker.tick();
  const int before = stream.children_asked();
  finish(worker, "a");
  run(worker, 20s);
  EXPECT_EQ(stream.children_asked() - before, 10);
  run(worker, 70s);
  EXPECT_EQ(stream.children_asked() - before, 11);
  stream.add_shard("b", "a");
  run(worker, 70s);
  EXPECT_EQ(worker.shards, (Shards{"b"}));
}

TEST_F(PublisherRounds, ChildrenThatComeSoonAreReadSoon) {
  stream.add_shard("a");
  stream.close("a");
  Worker worker{*this, "w"};
  worker.tick();
  finish(worker, "a");
  run(worker, 1s);
  stream.add_shard("b", "a");
  run(worker, 1500ms);
  EXPECT_EQ(worker.shards, (Shards{"b"})) << "not only with the next listing";
}

TEST_F(PublisherRounds, LeasesOfShardsThatAreGoneAreRemoved) {
  stream.add_shard("a");
  stream.split("a", {"b"});
  Worker worker{*this, "w"};
  worker.tick();
  finish(worker, "a");
  worker.tick();
  worker.rounds.progress({worker.holds[1].lease, worker.holds[1].number, "2", false, {}});
  stream.remove("a");
  run(worker, 120s);
  EXPECT_NE(lease("a").name, "");
  run(worker, 200s);
  EXPECT_EQ(lease("a").name, "");
  EXPECT_EQ(worker.shards, (Shards{"b"}));
}

}  // namespace
}  // namespace leftfold::runtime
