// SPDX-License-Identifier: Apache-2.0
// Thousands of courses of failures, each from a seed. LEFTFOLD_SIM_SEEDS=n runs n of them, LEFTFOLD_SIM_SEED=s that
// one.
#include <gtest/gtest.h>

#include <cstdlib>

#include "failure_simulation.h"

namespace leftfold::runtime_test {

// Everything works again. One process is left, with whatever it has in hand and remembers; those re-drives that died
// left claims, which end with their lease.
void FailureSimulation::heal() {
  note("everything works again");
  healing_ = true;
  world_.outage = world_.undeclared_outage = world_.letters_lose_answers = false;
  world_.letters_refuse.reset();
  world_.ledger.fix_all();
  const bool limited = options_.failures.limits.sequences + options_.failures.limits.letters > 0;
  options_.failures.limits = {};
  bury();
  SimulatedProcess* last = nullptr;
  for (const auto& process : processes_) {
    if (!limited && last == nullptr) {
      last = process.get();
    } else {
      process->crash();
    }
  }
  bury();
  SimulatedProcess& process = last != nullptr ? *last : begin();
  for (const Untold& untold : untold_) {
    if (untold.process == process.number()) process.revoke(untold.revocation);
  }
  for (std::size_t i = 0; i < kPartitions; ++i) {
    if (world_.partitions.at(i).owner != process.number()) world_.partitions.at(i).owner = 0;
  }
  if (process.breaker().state() == BreakerState::forced_open) process.breaker().reset();
  drain(process);
  redrive_all(process);
  drain(process);
  if (broken()) return;
  if (!world_.ledger.all_settled()) world_.trail.broken("was lost: " + world_.ledger.first_unsettled());
}

// Does only what is due, so that a wake-up that is forgotten shows, and one that comes for ever does too.
void FailureSimulation::drain(SimulatedProcess& process) {
  constexpr int kMostSteps = 20'000;
  constexpr int kMostIdle = 40;
  std::uint64_t progress = world_.progress;
  int idle = 0;
  Instant next_look = world_.clock.instant();
  for (int n = 0; n < kMostSteps && !broken(); ++n) {
    for (std::size_t i = 0; i < kPartitions; ++i) {
      if (world_.partitions.at(i).owner == 0) process.assign(world_.assign(i, process.number()));
    }
    if (process.failed()) return world_.trail.broken(process.name() + " failed for good though everything works");
    const bool worked = process.step();
    if (!worked && !process.turn_is_due()) {
      const bool all_stored =
          std::all_of(world_.partitions.begin(), world_.partitions.end(),
                      [](const auto& partition) { return partition.checkpoint == std::ssize(partition.log); });
      if (all_stored && process.dispatch().quiet()) return;
      const Instant now = world_.clock.instant();
      if (now >= next_look) {
        process.dispatch().look();
        next_look = now + std::chrono::seconds{1};
      }
      if (!process.turn_is_due()) world_.clock.advance(std::min(process.deadline(), next_look) - now);
      idle = 0;
      continue;
    }
    if (!worked) process.turn(100);
    idle = world_.progress == progress ? idle + 1 : 0;
    progress = world_.progress;
    if (idle > kMostIdle) return world_.trail.broken(process.name() + " is busy and does nothing");
  }
  if (broken()) return;
  SubscriptionStatus status;
  process.dispatch().add_to(status);
  world_.trail.broken(process.name() + " does not come to an end: in flight " + std::to_string(status.in_flight) +
                      ", of them waiting " + std::to_string(status.waiting) + ", breaker " +
                      std::string{to_string(process.breaker().state())} + ", checkpoints " +
                      std::to_string(world_.partitions[0].checkpoint) + " and " +
                      std::to_string(world_.partitions[1].checkpoint));
}

void FailureSimulation::redrive_all(SimulatedProcess& process) {
  for (int round = 0; round < 50 && !broken(); ++round) {
    const std::vector<std::string> parked = world_.letters.sequences(kSubscription);
    if (parked.empty()) return;
    for (const std::string& sequence : parked) {
      const auto claim = world_.letters.claim(kSubscription, sequence, "operator", std::chrono::seconds{5});
      if (!claim) continue;
      for (const DeadLetter& letter : world_.letters.letters(kSubscription, sequence, std::nullopt, 100)) {
        static_cast<void>(world_.letters.edit(*claim, LetterKey::of(letter.event.view()), "{\"n\":0}", {"op", ""}));
      }
      world_.letters.release(*claim);
      static_cast<void>(process.redrive(sequence));
    }
    world_.clock.advance(std::chrono::seconds{31});
  }
  if (!broken()) world_.trail.broken("letters cannot be re-driven though everything works");
}

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr && *text != '\0' ? std::stoull(text) : otherwise;
}

::testing::AssertionResult holds(std::uint64_t seed) {
  FailureSimulation simulation{seed};
  if (simulation.run()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "seed " << seed << ": " << simulation.trail().broken()
                                       << "\nthe last of what happened (run it alone with LEFTFOLD_SIM_SEED=" << seed
                                       << "):\n"
                                       << simulation.trail().text();
}

TEST(FailureSimulation, loses_nothing_keeps_the_order_and_comes_to_an_end_whatever_happens) {
  const std::uint64_t one = number_from("LEFTFOLD_SIM_SEED", 0);
  if (one > 0) {
    ASSERT_TRUE(holds(one));
    return;
  }
  const std::uint64_t seeds = number_from("LEFTFOLD_SIM_SEEDS", 3000);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) ASSERT_TRUE(holds(seed));
}

TEST(FailureSimulation, takes_the_same_course_for_the_same_seed) {
  FailureSimulation first{7};
  FailureSimulation again{7};
  FailureSimulation other{8};
  first.run();
  again.run();
  other.run();
  EXPECT_EQ(first.trail().hash(), again.trail().hash());
  EXPECT_NE(first.trail().hash(), other.trail().hash());
}

}  // namespace
}  // namespace leftfold::runtime_test
