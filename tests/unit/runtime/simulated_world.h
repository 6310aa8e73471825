// SPDX-License-Identifier: Apache-2.0
// What outlives every process of a simulation: events, checkpoints, letters, and what handlers need.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/event_feed.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "simulated_ledger.h"

namespace leftfold::runtime_test {

inline constexpr std::size_t kPartitions = 2;
inline constexpr const char* kSubscription = "g.Simulated";

/// An aggregate's events are all in one partition: its number modulo kPartitions.
struct World {
  World(std::uint64_t seed, std::size_t aggregates) : chance{seed}, ledger{aggregates, trail} {}

  struct Partition {
    std::vector<EventCopy> log;  // at position n - 1
    std::int64_t checkpoint = 0;
    std::int64_t epoch = 0;
    int owner = 0;  // number of the process that has it; 0: none
  };

  void append(std::size_t aggregate, Fact fact) {
    Partition& partition = partitions[aggregate % kPartitions];
    fact.partition = aggregate % kPartitions;
    fact.position = std::ssize(partition.log) + 1;
    EventCopy event;
    event.position = Position{fact.position};
    event.partition = static_cast<std::int32_t>(fact.partition);
    event.version = Version{ledger.size(aggregate)};
    event.aggregate_id = Ledger::name(aggregate);
    event.type = "Counted";
    event.payload = fact.fault == Fault::undecodable ? "{\"n\":\"?\"}" : "{\"n\":0}";
    ledger.add(aggregate, fact);
    partition.log.push_back(std::move(event));
  }

  [[nodiscard]] Assignment assign(std::size_t partition, int process) {
    Partition& p = partitions[partition];
    p.owner = process;
    return {static_cast<std::int32_t>(partition), ++p.epoch, Position{p.checkpoint}};
  }

  /// Stores a checkpoint; false when the epoch is fenced. Everything up to it must be handled, skipped or parked.
  [[nodiscard]] bool checkpoint(std::int32_t id, std::int64_t epoch, Position done) {
    Partition& partition = partitions.at(static_cast<std::size_t>(id));
    if (epoch != partition.epoch) return false;
    if (done.value() < partition.checkpoint) trail.broken("a checkpoint went back");
    for (std::int64_t position = partition.checkpoint; position < done.value(); ++position) {
      const EventCopy& event = partition.log.at(static_cast<std::size_t>(position));
      const Fact& fact = ledger.fact(Ledger::aggregate_of(event.aggregate_id), event.version.value());
      if (!fact.handled && !fact.skipped && !is_parked(event)) {
        trail.broken("the checkpoint passed " + event.aggregate_id + "/" + std::to_string(event.version.value()) +
                     ", which is neither handled nor parked");
      }
    }
    partition.checkpoint = done.value();
    return true;
  }

  [[nodiscard]] bool is_parked(const EventCopy& event) {
    for (const DeadLetter& letter : letters.letters(kSubscription, event.aggregate_id, std::nullopt, 1000)) {
      if (letter.event.version == event.version) return true;
    }
    return false;
  }

  Chance chance;
  Trail trail;
  Ledger ledger;
  testing::VirtualClock clock;
  MemoryDeadLetterStore letters{clock};
  std::array<Partition, kPartitions> partitions;
  std::uint64_t progress = 0;               // calls of handlers and of the store of letters, events taken
  bool outage = false;                      // the dependency is down, and handlers say so
  bool undeclared_outage = false;           // it is down, and they throw what they get
  std::optional<Errc> letters_refuse;       // the store of dead letters is down or full
  bool letters_lose_answers = false;        // it stores, and its answer is lost now and then
  std::function<void()> interrupt = [] {};  // others do something now
};

}  // namespace leftfold::runtime_test
