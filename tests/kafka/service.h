// SPDX-License-Identifier: Apache-2.0
// The Kafka broker that these tests run against.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

#include <leftfold/kafka.h>

namespace leftfold::test_kafka {

/// Options for the broker of LEFTFOLD_TEST_KAFKA, else for the one that scripts/services started
/// (LEFTFOLD_SERVICES_STATE says where it keeps its state), with a topic that no other test uses; nobody has created
/// it. Throws std::runtime_error that says how to start the broker when there is none.
[[nodiscard]] KafkaOptions service_options();

/// A name that no other test's topic has.
[[nodiscard]] std::string new_topic_name();

/// Where scripts/services keeps what runs.
[[nodiscard]] std::filesystem::path services_state();

/// Runs scripts/services with these arguments. Throws std::runtime_error when it fails.
void run_services(const std::string& arguments);

/// Sets the topic's max.message.bytes and returns when brokers tell it. Throws std::runtime_error.
void set_topic_limit(const KafkaOptions& options, std::size_t bytes);

/// Sends a signal to the broker that scripts/services started; after SIGSTOP it stands still when this returns. Throws
/// std::runtime_error when it does not run.
void signal_broker(int signal);

/// Deletes the topic; says on stderr why it stays, when it does.
void delete_topic(const KafkaOptions& options) noexcept;

/// A topic that lasts as long as this. Any thread.
class TestTopic {
 public:
  explicit TestTopic(int partitions = 3);
  explicit TestTopic(KafkaOptions options);
  ~TestTopic() { delete_topic(options_); }
  TestTopic(const TestTopic&) = delete;
  TestTopic& operator=(const TestTopic&) = delete;
  /// For changes before the first client is made.
  [[nodiscard]] KafkaOptions& options() { return options_; }

 private:
  KafkaOptions options_;
};

}  // namespace leftfold::test_kafka
