// SPDX-License-Identifier: Apache-2.0
// Handlers that fail on demand, under a clock that a test moves.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <leftfold/memory.h>
#include <leftfold/memory_control_store.h>
#include <leftfold/memory_dead_letter_store.h>
#include <leftfold/testing/virtual_clock.h>

#include "support.h"

namespace leftfold::runtime_test {

// What it does with each call is asked of `behave(aggregate, n, call)`, call counting from 1 for each event; it throws
// or returns. Remembers calls and what it handled.
struct Moody : Listener<TestEvents> {
  using Behave = std::function<void(const std::string& aggregate, int n, int call)>;

  void on(const Counted& event, const EventMetadata& meta) const {
    int call = 0;
    Behave now;
    {
      const std::scoped_lock lock{mutex};
      call = ++calls_[{meta.aggregate_id, event.n}];
      ++all_calls_;
      if (running_[meta.aggregate_id]++ > 0) overlapped_ = true;
      now = behave_;
    }
    struct Leave {
      const Moody& self;
      const std::string& aggregate;
      ~Leave() {
        const std::scoped_lock lock{self.mutex};
        --self.running_[aggregate];
      }
    } leave{*this, meta.aggregate_id};
    if (now) now(meta.aggregate_id, event.n, call);
    {
      const std::scoped_lock lock{mutex};
      handled_[meta.aggregate_id].push_back(event.n);
    }
    finished.raise();
  }

  void behave(Behave b) {
    const std::scoped_lock lock{mutex};
    behave_ = std::move(b);
  }
  [[nodiscard]] std::vector<int> of(const std::string& aggregate) const {
    const std::scoped_lock lock{mutex};
    return handled_[aggregate];
  }
  [[nodiscard]] int calls(const std::string& aggregate, int n) const {
    const std::scoped_lock lock{mutex};
    return calls_[{aggregate, n}];
  }
  [[nodiscard]] int all_calls() const {
    const std::scoped_lock lock{mutex};
    return all_calls_;
  }
  [[nodiscard]] bool overlapped() const {
    const std::scoped_lock lock{mutex};
    return overlapped_;
  }

  mutable Signal finished;

 private:
  mutable std::mutex mutex;
  Behave behave_;
  mutable bool overlapped_ = false;
  mutable int all_calls_ = 0;
  mutable std::map<std::string, int> running_;
  mutable std::map<std::pair<std::string, int>, int> calls_;
  mutable std::map<std::string, std::vector<int>> handled_;
};

// For tests that count attempts: the clock may run ahead of a worker that is slow, and all of them are made.
inline FailureOptions unhurried() {
  FailureOptions failures;
  failures.retry.max_elapsed = std::chrono::hours{8'000};
  return failures;
}

// A service under a virtual clock: a store, letters, controls, a Runner with one Moody.
struct Service {
  explicit Service(const FailureOptions& failures = {}, const std::function<void(RunnerOptions&)>& change = {}) {
    RunnerOptions options;
    options.group = "g";
    options.clock = &clock;
    options.dead_letters = &letters;
    options.controls = &controls;
    if (change) change(options);
    if (options.dead_letters == nullptr) --threads;
    runner.emplace(store, options);
    HandlerOptions own;
    own.name = "Moody";
    own.failures = failures;
    runner->add(moody, own);
  }

  template <class Done>
  [[nodiscard]] bool pass_time_until(const Done& done, std::chrono::milliseconds step = std::chrono::milliseconds{20},
                                     std::chrono::milliseconds most = std::chrono::hours{1}) {
    return runtime_test::pass_time_until(clock, threads, done, step, most);
  }
  // Lets `time` pass in steps, each only once the run has lived the one before: its threads that wait by the clock wait
  // again, and the next event of each of `aggregates` waits to be tried. So no thread sees time leap. False when that
  // does not come within kLong of real time.
  [[nodiscard]] bool sit_out(std::chrono::milliseconds time, std::chrono::milliseconds step, std::size_t aggregates) {
    for (std::chrono::milliseconds passed{0}; passed < time; passed += step) {
      const Instant end = soon();
      while (status().waiting != aggregates || !threads_wait(clock, threads)) {
        if (system_clock().instant() > end) return false;
        std::this_thread::yield();
      }
      clock.advance(step);
    }
    return true;
  }
  [[nodiscard]] SubscriptionStatus status() const { return runner->status().front(); }
  [[nodiscard]] std::vector<DeadLetter> parked(const std::string& aggregate) {
    return letters.letters("g.Moody", aggregate, std::nullopt, 100);
  }
  [[nodiscard]] bool done(Position position) const { return status().done >= position; }

  testing::VirtualClock clock;
  MemoryStore store{clock};
  MemoryDeadLetterStore letters{clock};
  MemoryControlStore controls{clock};
  Moody moody;
  std::optional<Runner> runner;
  std::size_t threads = 4;  // that wait by the clock: run, poll, keeper, re-drive
};

}  // namespace leftfold::runtime_test
