// One to six processes come, stop, die and hang at random while events are published; then one of them drains.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
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

  void step() {
    const std::int64_t dice = chaos_.random(0, 9);
    if (workers_.empty() || (dice < 4 && workers_.size() < 6)) {
      workers_.push_back(chaos_.start());
      return;
    }
    const auto at = static_cast<std::size_t>(chaos_.random(0, static_cast<std::int64_t>(workers_.size()) - 1));
    std::unique_ptr<WorkerProcess>& worker = workers_[at];
    if (dice < 6) {
      worker->terminate();
      worker->wait(seconds{20});
      ++stopped;
    } else if (dice < 9) {
      worker->kill();
      ++killed;
    } else {
      // Longer than its session, so that others have its partitions when it wakes up in the middle of its handlers.
      worker->freeze();
      std::this_thread::sleep_for(milliseconds{chaos_.options.session_ms + 1'500});
      worker->thaw();
      ++hung;
      return;
    }
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  /// One that is left, or a new one, handles the rest.
  void drain() {
    while (workers_.size() > 1) {
      workers_.back()->kill();
      workers_.pop_back();
    }
    if (workers_.empty()) workers_.push_back(chaos_.start());
    chaos_.drain();
    workers_.back()->terminate();
    workers_.back()->wait(seconds{20});
  }

  int stopped = 0;
  int killed = 0;
  int hung = 0;

 private:
  Chaos& chaos_;
  std::vector<std::unique_ptr<WorkerProcess>> workers_;
};

TEST(KafkaRebalances, AStormLosesNothingAndKeepsTheOrder) {
  Chaos chaos{6};
  chaos.options.session_ms = 2'000;
  chaos.options.handler_ms = 8;
  Storm storm{chaos};
  const auto end = steady_clock::now() + seconds{number_from("LEFTFOLD_CHAOS_SECONDS", 25)};
  auto next = steady_clock::now();
  for (int burst = 0; steady_clock::now() < end; ++burst) {
    // Some accounts get an event in each burst, others seldom.
    chaos.send_to_each("busy-", 12);
    chaos.send("idle-" + std::to_string(burst % 40));
    chaos.settle();
    if (steady_clock::now() >= next) {
      storm.step();
      next = steady_clock::now() + milliseconds{chaos.random(100, 1'500)};
    }
    std::this_thread::sleep_for(milliseconds{40});  // the rate of events
  }
  storm.drain();
  const Findings found = chaos.verify();
  std::cout << storm.stopped << " stopped, " << storm.killed << " killed, " << storm.hung << " hung" << std::endl;
  EXPECT_GE(found.processes, 3U) << "too little happened to prove anything";
}

}  // namespace
}  // namespace leftfold::test_kafka
