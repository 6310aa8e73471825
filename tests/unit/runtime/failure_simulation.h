// SPDX-License-Identifier: Apache-2.0
// A deterministic simulation of everything that goes wrong between a feed, its handlers and the dead letters.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "simulated_process.h"

namespace leftfold::runtime_test {

/// One course of events, drawn from a seed: processes take, handle, fail, wait, park, re-drive, lose partitions, go on
/// as zombies and crash in any order, also in the middle of a handler or of a call of the store; then everything is put
/// right, and what was appended must have been handled, or skipped by an operator.
/// One thread, no time but the world's: the same seed gives the same course.
class FailureSimulation {
 public:
  explicit FailureSimulation(std::uint64_t seed) : world_{seed, 3 + seed % 4} {
    options_ = drawn_options(world_.chance);
    world_.interrupt = [this] {
      if (healing_ || depth_ >= kDepth || !chance().one_in(8) || broken()) return;
      ++depth_;
      act();
      --depth_;
    };
  }
  FailureSimulation(const FailureSimulation&) = delete;
  FailureSimulation& operator=(const FailureSimulation&) = delete;
  ~FailureSimulation() = default;

  /// Runs it. Returns whether all held.
  bool run() {
    const std::size_t actions = 60 + chance().below(120);
    for (std::size_t i = 0; i < actions && !broken(); ++i) {
      act();
      bury();
    }
    if (!broken()) heal();
    return !broken();
  }
  [[nodiscard]] const Trail& trail() const noexcept { return world_.trail; }

 private:
  static constexpr int kDepth = 3;  // actions within actions
  static constexpr std::size_t kMostProcesses = 3;
  static constexpr std::size_t kMostEvents = 40;
  struct Untold {
    int process;
    Revocation revocation;
  };

  [[nodiscard]] Chance& chance() { return world_.chance; }
  [[nodiscard]] bool broken() const { return !world_.trail.broken().empty(); }
  void note(std::string text) {
    world_.trail.add(std::string(static_cast<std::size_t>(depth_) * 2, ' ') + std::move(text));
  }

  // --- Processes

  SimulatedProcess& begin() {
    processes_.push_back(std::make_unique<SimulatedProcess>(world_, ++last_process_, options_));
    note(processes_.back()->name() + " begins");
    return *processes_.back();
  }
  SimulatedProcess* living(int number) {
    for (const auto& process : processes_) {
      if (process->number() == number && !process->dead()) return process.get();
    }
    return nullptr;
  }
  // Any living one; a new one when there is none.
  SimulatedProcess& any() {
    std::vector<SimulatedProcess*> all;
    for (const auto& process : processes_) {
      if (!process->dead()) all.push_back(process.get());
    }
    return all.empty() ? begin() : *all[chance().below(all.size())];
  }
  SimulatedProcess& any_or_new() { return processes_.size() < kMostProcesses && chance().one_in(2) ? begin() : any(); }
  // Nothing of them is under way here.
  void bury() {
    for (const auto& process : processes_) {
      if (!process->dead() && process->failed()) {
        note(process->name() + " failed for good and stops");
        process->stop();
      }
    }
    std::erase_if(processes_, [](const auto& process) { return process->dead(); });
  }

  // --- What can happen

  void act() {
    const std::size_t draw = chance().below(100);
    if (draw < 30) {
      any().step();
    } else if (draw < 48) {
      SimulatedProcess& process = any();
      note(process.name() + " polls");
      process.turn(1 + chance().below(6));
    } else if (draw < 58) {
      append();
    } else if (draw < 66) {
      world_.clock.advance(std::chrono::milliseconds{10 + chance().below(500)});
    } else if (draw < 68) {
      note("a long time passes");
      world_.clock.advance(std::chrono::milliseconds{2000 + chance().below(40'000)});
    } else if (draw < 78) {
      move();
    } else if (draw < 87) {
      redrive();
    } else if (draw < 93) {
      operate();
    } else {
      disturb();
    }
  }

  void append() {
    std::size_t events = 0;
    for (std::size_t i = 0; i < kPartitions; ++i) events += world_.partitions.at(i).log.size();
    if (events >= kMostEvents) return;
    for (std::size_t n = 1 + chance().below(4); n > 0; --n) {
      Fact fact;
      const std::size_t draw = chance().below(100);
      fact.fault = draw < 60   ? Fault::none
                   : draw < 75 ? Fault::transient
                   : draw < 82 ? Fault::poison
                   : draw < 90 ? Fault::permanent
                   : draw < 94 ? Fault::undecodable
                   : draw < 98 ? Fault::duplicate
                               : Fault::fatal;
      fact.failures_left = 1 + static_cast<int>(chance().below(fact.fault == Fault::fatal ? 2 : 8));
      const std::size_t aggregate = chance().below(world_.ledger.aggregates());
      note("append " + Ledger::name(aggregate, world_.ledger.size(aggregate)) + " fault " +
           std::to_string(static_cast<int>(fact.fault)));
      world_.append(aggregate, fact);
    }
  }

  void move() {
    const std::size_t i = chance().below(kPartitions);
    World::Partition& partition = world_.partitions.at(i);
    SimulatedProcess* owner = living(partition.owner);
    const std::size_t draw = chance().below(8);
    if (owner == nullptr || draw == 0) {  // the old one, if it lives, is a zombie until it is told
      if (owner != nullptr) untold_.push_back({owner->number(), {static_cast<std::int32_t>(i), partition.epoch, true}});
      SimulatedProcess& process = any_or_new();
      const Assignment assignment = world_.assign(i, process.number());
      note("partition " + std::to_string(i) + " to " + process.name() + " after " +
           std::to_string(assignment.checkpoint.value()));
      process.assign(assignment);
    } else if (draw == 1) {
      note(owner->name() + " is to give partition " + std::to_string(i) + " back");
      owner->revoke({static_cast<std::int32_t>(i), partition.epoch, false});
    } else if (draw == 2) {
      note(owner->name() + " crashes");
      owner->crash();
    } else if (draw == 3 && depth_ == 0) {
      note(owner->name() + " is stopped");
      owner->stop();
    } else if (!untold_.empty()) {
      const Untold untold = untold_.front();
      untold_.erase(untold_.begin());
      if (SimulatedProcess* process = living(untold.process)) {
        note(process->name() + " learns that it lost a partition");
        process->revoke(untold.revocation);
      }
    }
  }

  void redrive() {
    SimulatedProcess& process = any();
    const std::vector<std::string> parked = world_.letters.sequences(kSubscription);
    if (parked.empty()) return;
    if (chance().one_in(4)) {
      note(process.name() + " re-drives what is due");
      process.look_after();
      return;
    }
    const std::string sequence = parked[chance().below(parked.size())];
    note(process.name() + " re-drives " + sequence);
    const std::string end = process.redrive(sequence);
    note(process.name() + " re-drove " + sequence + ": " + end);
  }

  // People at work on letters: with a claim, as the command line does.
  void operate() {
    const std::vector<std::string> parked = world_.letters.sequences(kSubscription);
    if (parked.empty()) return;
    const std::string sequence = parked[chance().below(parked.size())];
    if (chance().one_in(3)) {
      note("an operator asks for a re-drive of " + sequence);
      static_cast<void>(world_.letters.request_retry(kSubscription, sequence, world_.clock.now()));
      return;
    }
    const auto claim = world_.letters.claim(kSubscription, sequence, "operator", std::chrono::seconds{5});
    if (!claim) return;
    const std::vector<DeadLetter> letters = world_.letters.letters(kSubscription, sequence, std::nullopt, 100);
    const LetterKey first = LetterKey::of(letters.front().event.view());
    const std::size_t draw = chance().below(8);
    if (draw == 0) {
      note("an operator discards " + sequence);
      static_cast<void>(world_.letters.discard(*claim, {"op", ""}, "discard"));
      for (const DeadLetter& letter : letters) world_.ledger.skipped(sequence, LetterKey::of(letter.event.view()));
    } else if (draw < 4) {
      note("an operator skips " + sequence + "/" + std::to_string(first.version.value()));
      static_cast<void>(world_.letters.skip(*claim, first, {"op", ""}));
      world_.ledger.skipped(sequence, first);
    } else {
      note("an operator edits " + sequence + "/" + std::to_string(first.version.value()));
      static_cast<void>(world_.letters.edit(*claim, first, "{\"n\":0}", {"op", ""}));
      world_.ledger.fact(first, sequence).fixed = true;
    }
    if (!chance().one_in(4)) world_.letters.release(*claim);  // else it ends with its lease
  }

  void disturb() {
    SimulatedProcess& process = any();
    switch (chance().below(8)) {
      case 0:
        world_.outage = !world_.outage;
        note(world_.outage ? "the dependency goes down" : "the dependency is back");
        break;
      case 1:
        world_.undeclared_outage = !world_.undeclared_outage;
        note(world_.undeclared_outage ? "everything fails" : "not everything fails any more");
        break;
      case 2:
        world_.letters_refuse = world_.letters_refuse ? std::nullopt
                                : chance().one_in(5)  ? std::optional{Errc::storage_full}
                                                      : std::optional{Errc::unavailable};
        note(world_.letters_refuse ? "the store of dead letters refuses" : "the store of dead letters is back");
        break;
      case 3:
        world_.letters_lose_answers = !world_.letters_lose_answers;
        note(world_.letters_lose_answers ? "answers of the store get lost" : "answers of the store come again");
        break;
      case 4:
        note("the breaker of " + process.name() + " is tripped");
        process.breaker().trip();
        break;
      case 5:
        note("the breaker of " + process.name() + " is forced or reset");
        chance().one_in(3) ? process.breaker().force_open() : process.breaker().reset();
        break;
      case 6: process.dispatch().look(); break;
      default: fix_one(); break;
    }
  }

  void fix_one() {
    const std::size_t aggregate = chance().below(world_.ledger.aggregates());
    for (std::int64_t version = 0; version < world_.ledger.size(aggregate); ++version) {
      world_.ledger.fact(aggregate, version).fixed = true;
    }
    note("a new release of the handler works for a" + std::to_string(aggregate));
  }

  void heal();
  void drain(SimulatedProcess& process);
  void redrive_all(SimulatedProcess& process);
  SimulatedProcess& sole_owner();

  World world_;
  ProcessOptions options_;
  std::vector<std::unique_ptr<SimulatedProcess>> processes_;
  std::vector<Untold> untold_;
  int last_process_ = 0;
  int depth_ = 0;
  bool healing_ = false;
};

}  // namespace leftfold::runtime_test
