// SPDX-License-Identifier: Apache-2.0
// The publisher while its broker is killed and started again.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "publisher/published_table.h"

namespace leftfold::test_publisher {
namespace {

using namespace std::chrono_literals;

TEST(PublisherOutage, ABrokerThatIsAwayIsWaitedForAndNothingIsLost) {
  PublishedTable world;
  const auto publisher = world.start();
  const auto second = world.start();
  world.write(300, 10, 2, 1);
  Compared compared = world.wait_until_published();
  ASSERT_EQ(compared.wrong, "") << world.log();
  ASSERT_EQ(compared.published, compared.stored) << world.log();
  for (unsigned round = 0; round < 2; ++round) {
    std::jthread writer{[&] { world.write(400, 10, 2, 2 + round); }};
    test_kafka::run_services("kill kafka");
    std::this_thread::sleep_for(round == 0 ? 2s : 15s);  // shorter and longer than a lease
    test_kafka::run_services("up kafka");
    writer.join();
    compared = world.wait_until_published(180s);
    ASSERT_EQ(compared.wrong, "") << world.log();
    ASSERT_EQ(compared.published, compared.stored) << world.log();
  }
  publisher->terminate();
  publisher->wait();
}

}  // namespace
}  // namespace leftfold::test_publisher
