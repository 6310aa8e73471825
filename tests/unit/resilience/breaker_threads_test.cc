// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/circuit_breaker.h>
#include <leftfold/memory_breaker_store.h>
#include <leftfold/shared_breaker.h>

#include "breaker_support.h"

namespace leftfold {
namespace {

using namespace std::chrono_literals;
using test_support::quick_options;

// Many threads, all operations, on the real clock with times so short that every state is met.
TEST(CircuitBreakerThreads, HammeredItStaysConsistentAndCloses) {
  BreakerOptions options = quick_options();
  options.open = 1ms;
  options.max_open = 2ms;
  options.window_time = 12ms;
  options.max_half_open = 5ms;
  CircuitBreaker breaker{"hammered", options};
  std::atomic<int> opened{0}, half_opened{0};
  breaker.on_change([&](BreakerState, BreakerState to) {
    if (to == BreakerState::open) ++opened;
    if (to == BreakerState::half_open) ++half_opened;
  });
  std::atomic<bool> healthy{false}, done{false};
  {
    std::vector<std::jthread> threads;
    for (unsigned thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        std::mt19937 random{thread};
        while (!done) {
          const std::string key = std::to_string(random() % 20);
          if (std::optional<CircuitBreaker::Permit> permit = breaker.try_acquire(key)) {
            CircuitBreaker::Permit moved = std::move(*permit);
            const auto dice = random() % 8;
            if (healthy || dice < 3) moved.succeeded();
            else if (dice < 6) moved.failed(FailureClass::unavailable);
            else if (dice < 7) moved.cancel();
          }
          (void)breaker.closed_until(key);
          if (random() % 64 == 0) {
            const BreakerStatus status = breaker.status();
            if (status.failures > status.calls || status.slow > status.calls) std::abort();
          }
        }
      });
    }
    while (opened < 50 || half_opened < 50) std::this_thread::yield();
    breaker.force_open();
    breaker.reset();
    healthy = true;
    while (breaker.state() != BreakerState::closed || breaker.status().failures > 0) std::this_thread::yield();
    done = true;
  }
  EXPECT_EQ(breaker.state(), BreakerState::closed);
}

// However many threads ask at once, no more probes are out than the options allow.
TEST(CircuitBreakerThreads, ProbesAreNeverTooMany) {
  testing::VirtualClock clock;
  CircuitBreaker breaker{"probed", quick_options(), clock};
  for (int round = 0; round < 50; ++round) {
    breaker.trip();
    clock.advance(breaker.closed_until().value() - clock.instant());
    std::atomic<int> granted{0};
    std::vector<std::optional<CircuitBreaker::Permit>> permits(8);
    {
      std::vector<std::jthread> threads;
      for (std::size_t thread = 0; thread < permits.size(); ++thread) {
        threads.emplace_back([&, thread] {
          permits[thread] = breaker.try_acquire(std::to_string(thread));
          if (permits[thread]) ++granted;
        });
      }
    }
    ASSERT_EQ(granted, 3);
    for (auto& permit : permits) {
      if (permit) permit->succeeded();
    }
    ASSERT_EQ(breaker.state(), BreakerState::closed);
  }
}

// Three processes as threads: each ticks on one of its threads while others call and look.
TEST(CircuitBreakerThreads, SharedBreakersTalkWhileOthersCall) {
  BreakerOptions options = quick_options();
  options.open = 5ms;
  options.max_open = 10ms;
  options.window_time = 60ms;
  SharedBreakerOptions shared_options;
  shared_options.read_every = 3ms;
  shared_options.probe_lease = 50ms;
  shared_options.ramp = 2ms;
  MemoryBreakerStore store;
  std::atomic<bool> broken{true}, done{false};
  std::atomic<int> closed{0};
  {
    std::vector<std::jthread> threads;
    for (int process = 0; process < 3; ++process) {
      shared_options.node = "node-" + std::to_string(process);
      const auto breaker = std::make_shared<CircuitBreaker>("payments", options);
      const auto shared = std::make_shared<SharedBreaker>(*breaker, store, shared_options);
      threads.emplace_back([&, breaker, shared] {
        bool was_closed = false;
        while (!done) {
          if (system_clock().instant() >= shared->next_tick()) shared->tick();
          const bool is_closed = !broken && breaker->state() == BreakerState::closed;
          if (is_closed != was_closed) closed += is_closed ? 1 : -1;
          was_closed = is_closed;
          std::this_thread::yield();
        }
      });
      threads.emplace_back([&, breaker, shared] {
        for (int call = 0; !done; ++call) {
          if (auto permit = breaker->try_acquire(std::to_string(call % 10))) {
            permit->failed(broken ? FailureClass::unavailable : FailureClass::duplicate);
          }
          (void)shared->last_seen();
          (void)shared->next_tick();
          std::this_thread::yield();
        }
      });
    }
    while (store.read("payments").reopened < 3) std::this_thread::yield();
    broken = false;
    while (closed < 3 || store.read("payments").state != BreakerRecord::State::closed) std::this_thread::yield();
    done = true;
  }
  EXPECT_GT(store.read("payments").revision, 6);
}

}  // namespace
}  // namespace leftfold
