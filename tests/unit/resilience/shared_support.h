// SPDX-License-Identifier: Apache-2.0
// Several processes with one shared breaker, as objects on one virtual clock.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <leftfold/circuit_breaker.h>
#include <leftfold/error.h>
#include <leftfold/memory_breaker_store.h>
#include <leftfold/shared_breaker.h>
#include <leftfold/testing/virtual_clock.h>

#include "breaker_support.h"

namespace leftfold::test_support {

// Counts what is written, and fails when it is told to.
class WatchedStore final : public BreakerStore {
 public:
  [[nodiscard]] BreakerRecord read(std::string_view name) override {
    check();
    return store.read(name);
  }
  [[nodiscard]] std::vector<BreakerRecord> list() override { return store.list(); }
  [[nodiscard]] bool write(const BreakerRecord& record) override {
    check();
    ++writes;
    const bool stored = store.write(record);
    if (lose_answers) throw Error{Errc::unavailable, "the answer was lost"};
    return stored;
  }
  void check() const {
    if (down) throw Error{Errc::unavailable, "the store is down"};
  }

  MemoryBreakerStore store;
  bool down = false;
  bool lose_answers = false;  // of writes that are stored
  int writes = 0;
};

struct Process {
  Process(const std::string& name, BreakerStore& store, const BreakerOptions& options,
          SharedBreakerOptions shared_options, Clock& clock)
      : breaker{std::make_unique<CircuitBreaker>("payments", options, clock)} {
    shared_options.node = name;
    shared = std::make_unique<SharedBreaker>(*breaker, store, shared_options, clock);
  }

  // Makes one call, and says whether it was made.
  bool call(const std::string& key) {
    std::optional<CircuitBreaker::Permit> permit = breaker->try_acquire(key);
    if (!permit) return false;
    if (breaker->state() == BreakerState::half_open) ++probes;
    if (broken) {
      permit->failed(FailureClass::unavailable);
    } else {
      permit->succeeded();
    }
    return true;
  }

  std::unique_ptr<CircuitBreaker> breaker;
  std::unique_ptr<SharedBreaker> shared;
  bool broken = false;  // what it calls
  bool idle = false;    // it makes no calls
  int probes = 0;
};

class SharedBreakerTest : public ::testing::Test {
 public:
  static BreakerOptions breaker_options() {
    BreakerOptions options = quick_options();
    options.open = std::chrono::seconds{5};
    options.max_open = std::chrono::seconds{20};
    options.window_time = std::chrono::seconds{6};
    return options;
  }

  void start(int processes) {
    for (int i = 0; i < processes; ++i) add("node-" + std::to_string(i));
  }
  Process& add(const std::string& name) {
    return *all.emplace_back(std::make_unique<Process>(name, store, breaker_options(), shared_options, clock));
  }
  Process& at(std::size_t i) { return *all.at(i); }

  // All call and tick as they would, in steps of 50 ms, until the time is over or `done` holds. Returns whether it did.
  bool run(std::chrono::milliseconds time, const std::function<bool()>& done = [] { return false; }) {
    const Instant end = clock.instant() + time;
    while (clock.instant() < end) {
      for (const auto& process : all) {
        if (!process->idle) process->call("key-" + std::to_string(++calls % 50));
        if (clock.instant() >= process->shared->next_tick()) process->shared->tick();
      }
      if (done()) return true;
      clock.advance(std::chrono::milliseconds{50});
    }
    return false;
  }
  [[nodiscard]] BreakerRecord record() { return store.store.read("payments"); }
  [[nodiscard]] std::size_t count(BreakerState state) {
    std::size_t n = 0;
    for (const auto& process : all) n += process->breaker->state() == state ? 1U : 0U;
    return n;
  }
  void break_all(bool broken = true) {
    for (const auto& process : all) process->broken = broken;
  }

  testing::VirtualClock clock;
  WatchedStore store;
  SharedBreakerOptions shared_options;
  std::vector<std::unique_ptr<Process>> all;
  int calls = 0;
};

}  // namespace leftfold::test_support
