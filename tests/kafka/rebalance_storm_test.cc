// SPDX-License-Identifier: Apache-2.0
// One to six processes come, stop, die and hang at random while events are published; then one of them drains.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kafka/chaos.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class Storm {
 public:
  explicit Storm(Chaos& chaos) : chaos_{chaos} {}

  /// Does something to one of the workers, now and then.
  void blow() {
    const auto now = steady_clock::now();
    for (Worker& worker : workers_) {
      if (worker.frozen_until && now >= *worker.frozen_until) thaw(worker);
    }
    if (now < next_) return;
    next_ = now + milliseconds{chaos_.random(100, 1'500)};
    const std::int64_t dice = chaos_.random(0, 9);
    if (workers_.empty() || (dice < 4 && workers_.size() < 6)) {
      workers_.push_back({chaos_.start(), {}});
      return;
    }
    const auto at = workers_.begin() + chaos_.random(0, static_cast<std::int64_t>(workers_.size()) - 1);
    if (at->frozen_until) return;
    if (dice == 9) {
      // Longer than its session, so that others have its partitions when it wakes up in the middle of its handlers.
      at->process->freeze();
      at->frozen_until = now + milliseconds{chaos_.options.session_ms + 1'500};
      ++hung;
    } else if (dice < 7) {
      // One that hangs in a transaction would let the projector of this one wait for its read model.
      for (Worker& worker : workers_) thaw(worker);
      at->process->terminate();
      at->process->wait();
      ++stopped;
      workers_.erase(at);
    } else {
      at->process->kill();
      ++killed;
      workers_.erase(at);
    }
  }

  /// One that is left, or a new one, handles the rest.
  void drain() {
    while (workers_.size() > 1) {
      workers_.back().process->kill();
      workers_.pop_back();
    }
    if (workers_.empty()) workers_.push_back({chaos_.start(), {}});
    thaw(workers_.back());
    chaos_.drain();
    workers_.back().process->terminate();
    workers_.back().process->wait();
  }

  int stopped = 0;
  int killed = 0;
  int hung = 0;

 private:
  struct Worker {
    std::unique_ptr<WorkerProcess> process;
    std::optional<steady_clock::time_point> frozen_until;
  };
  static void thaw(Worker& worker) {
    if (!worker.frozen_until) return;
    worker.process->thaw();
    worker.frozen_until.reset();
  }

  Chaos& chaos_;
  std::vector<Worker> workers_;
  steady_clock::time_point next_{};
};

TEST(KafkaRebalances, AStormLosesNothingAndKeepsTheOrder) {
  Chaos chaos{6};
  chaos.options.session_ms = 2'000;
  chaos.options.handler_ms = 5;
  chaos.options.commit_ms = 50;
  Storm storm{chaos};
  const auto end = steady_clock::now() + seconds{number_from("LEFTFOLD_CHAOS_SECONDS", 25)};
  for (int burst = 0; steady_clock::now() < end; ++burst) {
    // Some accounts get an event in each burst, others seldom, and some of these take long.
    chaos.send_to_each("busy-", 12);
    chaos.send("idle-" + std::to_string(burst % 40), chaos.random(0, 4) == 0 ? 400 : 0);
    chaos.settle();
    storm.blow();
    std::this_thread::sleep_for(milliseconds{40});  // the rate of events
  }
  const auto drains = steady_clock::now();
  storm.drain();
  const Findings found = chaos.verify();
  std::cout << storm.stopped << " stopped, " << storm.killed << " killed, " << storm.hung
            << " hung; the last one drained in " << std::chrono::duration<double>(steady_clock::now() - drains).count()
            << " s" << std::endl;
  EXPECT_GE(found.processes, 2U) << "too little happened to prove anything";
}

}  // namespace
}  // namespace leftfold::test_kafka
