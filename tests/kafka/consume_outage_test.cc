// The broker is killed and started again while processes handle events. It must be one that nobody else uses:
// LEFTFOLD_SERVICES_STATE, as tests/kafka/CMakeLists.txt sets it.
#include <gtest/gtest.h>

#include <chrono>

#include "kafka/chaos.h"
#include "kafka/service.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::seconds;

TEST(KafkaOutage, OfTheBrokerLosesNothingAndTheProcessesGoOn) {
  Chaos chaos{4};
  chaos.options.handler_ms = 10;
  const auto first = chaos.start();
  const auto second = chaos.start();
  for (int outage = 0; outage < 2; ++outage) {
    chaos.send_to_each("account-", 40);
    chaos.settle();
    const std::size_t before = chaos.history().size();
    ASSERT_TRUE(Chaos::wait_until([&] { return chaos.history().size() > before + 20; }));
    run_services("kill kafka");
    chaos.send_to_each("account-", 40);  // waits at the sink
    run_services("up kafka");
    chaos.settle();
    ASSERT_TRUE(Chaos::wait_until([&] { return chaos.all_heard(); }));
  }
  chaos.drain();
  for (WorkerProcess* worker : {first.get(), second.get()}) {
    worker->terminate();
    worker->wait(seconds{20});
  }
  static_cast<void>(chaos.verify());
}

}  // namespace
}  // namespace leftfold::test_kafka
