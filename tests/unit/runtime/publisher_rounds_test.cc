// What a worker asks and writes, round by round, on a clock that stands still.
#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <leftfold/error.h>
#include <leftfold/memory_lease_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "runtime/publisher/lease_rounds.h"
#include "support/memory_stream.h"

namespace leftfold::runtime {
namespace {

using namespace std::chrono_literals;

// Fails calls when a test says so.
class FaultyLeases final : public LeaseStore {
 public:
  explicit FaultyLeases(LeaseStore& store) : store_{store} {}
  std::optional<Errc> list_failure;
  std::optional<Errc> write_failure;
  bool stores_all_the_same = false;
  int failing_writes = 0;
  int writes = 0;
  int lists = 0;

  std::vector<Lease> list(std::string_view group) override {
    ++lists;
    if (list_failure) throw Error{*list_failure, "no list"};
    return store_.list(group);
  }
  bool write(const Lease& lease) override {
    ++writes;
    if (failing_writes > 0 && failing_writes-- > 0) throw Error{Errc::throttled, "not this write"};
    if (write_failure) {
      if (stores_all_the_same) (void)store_.write(lease);
      throw Error{*write_failure, "no write"};
    }
    return store_.write(lease);
  }
  bool remove(const Lease& lease) override { return store_.remove(lease); }

 private:
  LeaseStore& store_;
};

class PublisherRounds : public ::testing::Test {
 protected:
  struct Worker {
    Worker(PublisherRounds& test, const std::string& name)
        : faulty{test.leases}, rounds{faulty, test.stream, test.options(name)} {}
    FaultyLeases faulty;
    LeaseRounds rounds;
    std::set<std::string> shards;  // held
    std::vector<Hold> holds;       // begun, all there were
    int lost = 0;

    // A tick, and what came of it.
    void tick() {
      rounds.tick();
      for (const HoldChange& change : rounds.take_changes()) {
        const std::string name = change.hold.shard ? change.hold.shard->shard : change.hold.lease;
        if (change.lost) {
          ++lost;
          shards.erase(name);
        } else {
          holds.push_back(change.hold);
          shards.insert(name);
        }
      }
    }
  };
  LeaseRoundsOptions options(const std::string& worker) {
    LeaseRoundsOptions options;
    options.group = "p";
    options.worker = worker;
    options.repairs = repairs;
    options.clock = &clock;
    return options;
  }
  void pass(std::chrono::milliseconds time) { clock.advance(time); }
  // Ticks each time there is something to do, for this long.
  void run(Worker& worker, std::chrono::milliseconds time) {
    const Instant end = clock.instant() + time;
    worker.tick();
    for (int i = 0; i < 10'000; ++i) {
      const Instant next = std::max(worker.rounds.next(), clock.instant());
      if (next >= end) break;
      clock.advance(next - clock.instant());
      worker.tick();
    }
    if (clock.instant() < end) clock.advance(end - clock.instant());
  }
  void finish(Worker& worker, const std::string& shard, const std::string& note = "") {
    for (const Hold& hold : worker.holds) {
      const std::string name = hold.shard ? hold.shard->shard : hold.lease;
      if (name == shard) worker.rounds.progress({hold.lease, hold.number, hold.checkpoint, true, note});
    }
    worker.shards.erase(shard);
  }
  [[nodiscard]] Lease lease(const std::string& shard) {
    for (Lease& one : leases.list("p")) {
      const auto name = shard_of(one.name);
      if (name ? name->shard == shard : one.name == shard) return one;
    }
    return {};
  }

  using Shards = std::set<std::string>;
  testing::VirtualClock clock;
  MemoryLeaseStore leases;
  test_support::MemoryStream stream;
  bool repairs = true;
};

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
