// SPDX-License-Identifier: Apache-2.0
#include <leftfold/shared_breaker.h>

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

#include "shared_support.h"

namespace leftfold {
namespace {

using namespace std::chrono_literals;
using State = BreakerRecord::State;
using test_support::Process;
using test_support::SharedBreakerTest;

TEST_F(SharedBreakerTest, NothingIsWrittenWhileAllAreHealthy) {
  start(5);
  run(5min);
  EXPECT_EQ(store.writes, 0);
  EXPECT_EQ(record().revision, 0);
}

TEST_F(SharedBreakerTest, OneBadProcessOpensOnlyItself) {
  start(5);
  run(10s);
  at(2).broken = true;
  bool opened = false;
  for (int i = 0; i < 600; ++i) {
    run(100ms);
    opened |= at(2).breaker->state() == BreakerState::open;
    for (const std::size_t other : {0U, 1U, 3U, 4U}) {
      ASSERT_EQ(at(other).breaker->state(), BreakerState::closed) << "process " << other;
    }
    ASSERT_EQ(record().state, State::closed);
  }
  EXPECT_TRUE(opened);
  EXPECT_EQ(record().nodes.size(), 5U) << "the others say that they are there";
  at(2).broken = false;
  EXPECT_TRUE(run(60s, [&] { return record().nodes.empty() && at(2).breaker->state() == BreakerState::closed; }));
  const int writes = store.writes;
  run(5min);
  EXPECT_EQ(store.writes, writes) << "all are healthy again";
}

TEST_F(SharedBreakerTest, WithAQuorumAllOpenAndOneProbes) {
  start(5);
  run(10s);
  at(0).broken = at(1).broken = true;
  ASSERT_TRUE(run(10s, [&] { return count(BreakerState::open) == 5; }));
  EXPECT_EQ(record().state, State::open);
  EXPECT_TRUE(at(4).breaker->status().remote);
  break_all();
  for (const auto& process : all) process->probes = 0;
  // Each time the open time is over one of them probes, fails, and all stay open for longer.
  std::uint64_t reopened = 0;
  for (int step = 0; step < 2000 && reopened < 4; ++step) {
    run(50ms);
    ASSERT_LE(count(BreakerState::half_open), 1U);
    ASSERT_EQ(count(BreakerState::closed), 0U);
    reopened = record().reopened;
  }
  EXPECT_EQ(reopened, 4U);
  int probes = 0;
  for (const auto& process : all) probes += process->probes;
  EXPECT_EQ(probes, 4) << "one call each time";
  break_all(false);
  ASSERT_TRUE(run(60s, [&] { return record().state == State::closed; }));
  EXPECT_TRUE(record().nodes.empty());
  EXPECT_TRUE(run(5s, [&] { return count(BreakerState::closed) == 5; }));
  const int writes = store.writes;
  run(5min);
  EXPECT_EQ(store.writes, writes);
}

TEST_F(SharedBreakerTest, ClosingRamps) {
  shared_options.ramp = 10s;
  start(5);
  break_all();
  ASSERT_TRUE(run(30s, [&] { return record().state == State::open; }));
  break_all(false);
  ASSERT_TRUE(run(60s, [&] { return record().state == State::closed; }));
  std::set<Instant> closed_at;
  std::size_t closed = count(BreakerState::closed);
  ASSERT_TRUE(run(15s, [&] {
    if (const std::size_t now_closed = count(BreakerState::closed); now_closed > closed) {
      closed = now_closed;
      closed_at.insert(clock.instant());
    }
    return closed == 5;
  }));
  EXPECT_GE(closed_at.size(), 3U) << "not all at once";
}

TEST_F(SharedBreakerTest, AnotherTakesTheProbeWhenTheProberIsGone) {
  start(4);
  break_all();
  ASSERT_TRUE(run(30s, [&] { return record().state == State::open; }));
  break_all(false);
  // Whoever takes the probe ends before it calls.
  ASSERT_TRUE(run(60s, [&] {
    if (record().state != State::half_open) return false;
    std::erase_if(all, [](const auto& process) { return process->breaker->state() == BreakerState::half_open; });
    return true;
  }));
  ASSERT_EQ(all.size(), 3U);
  const Uuid token = record().probe.value();
  EXPECT_FALSE(run(59s, [&] { return record().probe != token || count(BreakerState::open) != 3; }))
      << "not before its lease is over";
  EXPECT_TRUE(run(10s, [&] { return count(BreakerState::closed) == 3; }));
}

TEST_F(SharedBreakerTest, AnIdleProberGivesTheProbeBack) {
  start(3);
  break_all();
  ASSERT_TRUE(run(30s, [&] { return record().state == State::open; }));
  break_all(false);
  ASSERT_TRUE(run(60s, [&] {
    for (const auto& process : all) {
      if (record().prober.empty()) return false;
      process->idle = process->breaker->state() == BreakerState::half_open;
    }
    return true;
  }));
  EXPECT_TRUE(run(15s, [&] { return record().state == State::closed; })) << "long before its lease is over";
}

TEST_F(SharedBreakerTest, WithoutTheStoreEachHasItsLocalBreaker) {
  start(3);
  store.down = true;
  at(0).broken = true;
  ASSERT_TRUE(run(10s, [&] { return at(0).breaker->state() == BreakerState::open; }));
  run(30s);
  EXPECT_EQ(at(1).breaker->state(), BreakerState::closed);
  EXPECT_FALSE(at(1).shared->last_seen());
  EXPECT_LE(at(1).shared->next_tick(), clock.instant() + 30s);
  at(0).broken = false;
  EXPECT_TRUE(run(60s, [&] { return count(BreakerState::closed) == 3; }));
  store.down = false;
  break_all();
  EXPECT_TRUE(run(60s, [&] { return record().state == State::open; })) << "it talks to the store again";
}

TEST_F(SharedBreakerTest, AStoreThatFailsWhileAllAreOpenHoldsNobody) {
  start(3);
  break_all();
  ASSERT_TRUE(run(30s, [&] { return record().state == State::open; }));
  store.down = true;
  break_all(false);
  EXPECT_TRUE(run(30s, [&] { return count(BreakerState::closed) == 3; }));
  store.down = false;
  EXPECT_TRUE(run(120s, [&] { return record().state == State::closed && count(BreakerState::closed) == 3; }));
}

TEST_F(SharedBreakerTest, AnAnswerThatIsLostDoesNoHarm) {
  start(3);
  store.lose_answers = true;
  break_all();
  ASSERT_TRUE(run(120s, [&] { return record().state == State::open; }));
  break_all(false);
  EXPECT_TRUE(run(300s, [&] { return record().state == State::closed; }));
  store.lose_answers = false;
  EXPECT_TRUE(run(60s, [&] { return count(BreakerState::closed) == 3; }));
}

TEST_F(SharedBreakerTest, OperatorsAreObeyedByAll) {
  start(3);
  run(1s);
  const auto say = [&](State state) {
    BreakerRecord said = record();
    said.state = state;
    said.by = "someone";
    ASSERT_TRUE(store.store.write(said));
  };
  say(State::forced_open);
  EXPECT_TRUE(run(3s, [&] { return count(BreakerState::forced_open) == 3; }));
  EXPECT_TRUE(at(0).breaker->status().remote);
  run(1min);
  EXPECT_EQ(count(BreakerState::forced_open), 3U);
  say(State::closed);
  EXPECT_TRUE(run(3s, [&] { return count(BreakerState::closed) == 3; }));
  say(State::disabled);
  EXPECT_TRUE(run(3s, [&] { return count(BreakerState::disabled) == 3; }));
  break_all();
  run(1min);
  EXPECT_EQ(count(BreakerState::disabled), 3U);
  say(State::closed);
  EXPECT_TRUE(run(30s, [&] { return record().state == State::open; })) << "and counts again";
  run(3s);  // all know
  ASSERT_EQ(record().state, State::open);
  say(State::closed);
  break_all(false);
  EXPECT_TRUE(run(5s, [&] { return count(BreakerState::closed) == 3; })) << "without a probe";
}

TEST_F(SharedBreakerTest, WhatWasForcedHereStaysWhateverTheOthersSay) {
  start(3);
  at(0).breaker->force_open();
  run(10s);
  EXPECT_EQ(at(0).breaker->state(), BreakerState::forced_open);
  break_all();
  ASSERT_TRUE(run(30s, [&] { return record().state == State::open; }));
  EXPECT_EQ(at(0).breaker->state(), BreakerState::forced_open);
  break_all(false);
  ASSERT_TRUE(run(60s, [&] { return record().state == State::closed; }));
  EXPECT_EQ(at(0).breaker->state(), BreakerState::forced_open);
  at(0).breaker->reset();
  EXPECT_EQ(at(0).breaker->state(), BreakerState::closed);
}

TEST_F(SharedBreakerTest, OneThatMayNotProbeDoesNotTickWithoutAPause) {
  start(3);
  break_all();
  ASSERT_TRUE(run(30s, [&] { return record().state == State::open && count(BreakerState::open) == 3; }));
  at(0).call("key");  // refused: it wants to
  at(0).breaker->force_open();
  clock.advance(30s);
  at(0).shared->tick();
  EXPECT_EQ(record().state, State::open);
  EXPECT_GT(at(0).shared->next_tick(), clock.instant());
}

TEST_F(SharedBreakerTest, TheFirstTwoOfNineAreNoThird) {
  start(9);
  run(5s);
  at(0).broken = at(1).broken = true;
  run(20s);
  EXPECT_EQ(record().state, State::closed) << "two of nine";
  EXPECT_EQ(record().nodes.size(), 9U);
  at(2).broken = true;
  EXPECT_TRUE(run(60s, [&] { return record().state == State::open; })) << "three of nine";
}

TEST_F(SharedBreakerTest, AnExplicitQuorumIsTaken) {
  shared_options.quorum = 1;
  start(3);
  run(1s);
  at(0).broken = true;
  EXPECT_TRUE(run(5s, [&] { return count(BreakerState::open) == 3; }));
}

TEST_F(SharedBreakerTest, VotesOfProcessesThatEndedLongAgoDoNotCount) {
  BreakerRecord old = record();
  for (const char* node : {"dead-1", "dead-2", "dead-3"}) old.nodes[node] = {true, 5, 10s};
  ASSERT_TRUE(store.store.write(old));
  start(2);
  EXPECT_FALSE(run(9s, [&] { return record().state == State::open || record().nodes.size() != 3; }));
  EXPECT_TRUE(run(5s, [&] { return record().nodes.empty(); })) << "they are taken away";
}

TEST_F(SharedBreakerTest, WallClocksDoNotMatter) {
  start(3);
  break_all();
  ASSERT_TRUE(run(30s, [&] { return record().state == State::open; }));
  clock.set_now(clock.now() - 24h);
  run(1s);
  clock.set_now(clock.now() + 480h);
  EXPECT_EQ(count(BreakerState::open), 3U);
  break_all(false);
  EXPECT_TRUE(run(30s, [&] { return count(BreakerState::closed) == 3; }));
}

TEST_F(SharedBreakerTest, OneThatEndsLeavesItsLocalBreakerToItself) {
  start(2);
  break_all();
  ASSERT_TRUE(run(30s, [&] { return record().state == State::open; }));
  break_all(false);
  Process& process = at(0);
  process.shared.reset();
  clock.advance(30s);
  EXPECT_EQ(process.breaker->state(), BreakerState::half_open);
}

TEST_F(SharedBreakerTest, RefusesOptionsThatCannotBeUsed) {
  CircuitBreaker breaker{"payments", {}, clock};
  shared_options.read_every = 0ms;
  EXPECT_THROW((SharedBreaker{breaker, store, shared_options, clock}), Error);
}

}  // namespace
}  // namespace leftfold
