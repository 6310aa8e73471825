// SPDX-License-Identifier: Apache-2.0
// Creating the topic.
#include <gtest/gtest.h>

#include <array>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/error.h>

#include "kafka/service.h"
#include "kafka/topic.h"
#include "support/code_of.h"

namespace leftfold::test_kafka {
namespace {

using kafka::ready_topic;
using test_support::code_of;

TEST(KafkaTopic, IsCreatedWithItsPartitions) {
  TestTopic topic{5};
  topic.options().create = KafkaOptions::Topic::must_exist;
  EXPECT_EQ(ready_topic(topic.options()), 5);
}

TEST(KafkaTopic, ThatIsThereKeepsItsPartitions) {
  TestTopic topic{2};
  topic.options().partitions = 7;
  EXPECT_EQ(ready_topic(topic.options()), 2);
}

TEST(KafkaTopic, ThatMustExistIsNotCreated) {
  KafkaOptions options = service_options();
  options.create = KafkaOptions::Topic::must_exist;
  for (int i = 0; i < 2; ++i) {  // nor by the broker, because somebody asked
    std::string what;
    EXPECT_EQ(code_of([&] { (void)ready_topic(options); }, &what), Errc::not_found);
    EXPECT_NE(what.find(options.topic), std::string::npos) << what;
  }
}

TEST(KafkaTopic, IsCreatedOnceByManyProcesses) {
  KafkaOptions options = service_options();
  options.partitions = 4;
  std::array<std::int32_t, 4> partitions{};
  std::array<std::exception_ptr, 4> failures{};
  {
    std::vector<std::jthread> processes;
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      processes.emplace_back([&, i] {
        try {
          partitions.at(i) = ready_topic(options);
        } catch (...) {
          failures.at(i) = std::current_exception();
        }
      });
    }
  }
  delete_topic(options);
  for (const std::exception_ptr& failure : failures) {
    if (failure != nullptr) std::rethrow_exception(failure);
  }
  EXPECT_EQ(partitions, (std::array<std::int32_t, 4>{4, 4, 4, 4}));
}

TEST(KafkaTopic, WithMoreReplicasThanBrokersIsAnErrorOfTheSettings) {
  KafkaOptions options = service_options();
  options.replication = 100;
  std::string what;
  EXPECT_EQ(code_of([&] { (void)ready_topic(options); }, &what), Errc::invalid_config);
  EXPECT_NE(what.find("LEFTFOLD_KAFKA_REPLICATION"), std::string::npos) << what;
}

}  // namespace
}  // namespace leftfold::test_kafka
