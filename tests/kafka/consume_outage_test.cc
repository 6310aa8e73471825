// SPDX-License-Identifier: Apache-2.0
// The broker is killed and started again while processes handle events. It must be one that nobody else uses:
// LEFTFOLD_SERVICES_STATE, as tests/kafka/CMakeLists.txt sets it.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "kafka/chaos.h"
#include "kafka/service.h"

namespace leftfold::test_kafka {
namespace {

/// The broker's process.
pid_t broker_process() {
  const char* const state =
      std::getenv("LEFTFOLD_SERVICES_STATE");  // NOLINT(concurrency-mt-unsafe): no thread sets any
  std::ifstream file{std::filesystem::path{state == nullptr ? "." : state} / "kafka.pid"};
  pid_t process = 0;
  file >> process;
  if (process <= 1) throw std::runtime_error{"no broker of its own"};
  return process;
}

void end(WorkerProcess& worker) {
  worker.terminate();
  worker.wait();
}

TEST(KafkaOutage, OfTheBrokerLosesNothingAndTheProcessesGoOn) {
  Chaos chaos{4};
  chaos.options.handler_ms = 10;
  const auto first = chaos.start();
  const auto second = chaos.start();
  for (int outage = 0; outage < 2; ++outage) {
    const std::size_t before = chaos.history().size();
    chaos.send_to_each("account-", 40);
    chaos.settle();
    ASSERT_TRUE(Chaos::wait_until([&] { return chaos.history().size() > before + 20; }));
    run_services("kill kafka");
    chaos.send_to_each("account-", 40);  // waits at the sink
    run_services("up kafka");
    chaos.settle();
    ASSERT_TRUE(Chaos::wait_until([&] { return chaos.all_heard(); }));
  }
  chaos.drain();
  end(*first);
  end(*second);
  static_cast<void>(chaos.verify());
}

// No connection ends, but nobody answers: as when the network is cut. Longer than the session, so each process has to
// believe that the others have its partitions.
TEST(KafkaOutage, InWhichNobodyAnswersKeepsNoProcessFromEnding) {
  Chaos chaos{4};
  chaos.options.handler_ms = 10;
  chaos.options.drain_ms = 1'000;
  const auto worker = chaos.start();
  chaos.send_to_each("account-", 40);
  chaos.settle();
  ASSERT_TRUE(Chaos::wait_until([&] { return chaos.history().size() > 20; }));
  const pid_t broker = broker_process();
  ::kill(broker, SIGSTOP);
  worker->terminate();
  EXPECT_NO_THROW(worker->wait(std::chrono::seconds{40}));  // with librdkafka's own time limit: more than a minute
  ::kill(broker, SIGCONT);
  const auto next = chaos.start();
  chaos.drain();
  end(*next);
  static_cast<void>(chaos.verify());
}

TEST(KafkaOutage, InWhichNobodyAnswersEndsEverySession) {
  Chaos chaos{4};
  chaos.options.handler_ms = 10;
  chaos.options.session_ms = 3'000;
  const auto first = chaos.start();
  const auto second = chaos.start();
  chaos.send_to_each("account-", 40);
  chaos.settle();
  ASSERT_TRUE(Chaos::wait_until([&] { return chaos.history().size() > 20; }));
  const pid_t broker = broker_process();
  ::kill(broker, SIGSTOP);
  chaos.send_to_each("account-", 40);                    // waits at the sink
  std::this_thread::sleep_for(std::chrono::seconds{6});  // how long the outage lasts
  ::kill(broker, SIGCONT);
  chaos.settle();
  chaos.drain();
  end(*first);
  end(*second);
  static_cast<void>(chaos.verify());
  EXPECT_TRUE(chaos.log_says("lost a partition"));
}

}  // namespace
}  // namespace leftfold::test_kafka
