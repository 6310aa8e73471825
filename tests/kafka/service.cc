// SPDX-License-Identifier: Apache-2.0
#include "kafka/service.h"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill() is POSIX

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <leftfold/clock.h>
#include <leftfold/uuid.h>

// In tests/, so the module's headers are found behind src/.
#include "kafka/client_config.h"
#include "kafka/handles.h"
#include "kafka/topic.h"
#include "kafka/topic_limit.h"
#include "support/source_dir.h"

namespace leftfold::test_kafka {
namespace {

constexpr int kPatienceMs = 30'000;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread sets any
  return value == nullptr ? std::string{} : std::string{value};
}

std::string brokers() {
  const std::string key = "LEFTFOLD_TEST_KAFKA";
  if (std::string given = variable(key.c_str()); !given.empty()) return given;
  std::ifstream file{services_state() / "kafka.env"};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + "=")) return line.substr(key.size() + 1);
  }
  throw std::runtime_error{"Kafka does not run; start it with scripts/services up kafka"};
}

/// The kernel's word for it: the state behind the name in /proc/<pid>/task/<thread>/stat, proc(5).
bool all_threads_stopped(pid_t pid) {
  for (const auto& thread : std::filesystem::directory_iterator{"/proc/" + std::to_string(pid) + "/task"}) {
    std::ifstream file{thread.path() / "stat"};
    std::string line;
    if (!std::getline(file, line)) continue;  // it ended meanwhile
    const std::size_t name_end = line.rfind(") ");
    if (name_end == std::string::npos || line.compare(name_end + 2, 1, "T") != 0) return false;
  }
  return true;
}

}  // namespace

std::string new_topic_name() { return "leftfold-test-" + Uuid::v7(system_clock().now()).to_string(); }

std::filesystem::path services_state() {
  std::filesystem::path folder = variable("LEFTFOLD_SERVICES_STATE");
  return folder.empty() ? test_support::source_dir() / "build/services" : folder;
}

KafkaOptions service_options() {
  KafkaOptions options;
  options.brokers = brokers();
  options.topic = new_topic_name();
  return options;
}

TestTopic::TestTopic(int partitions) : options_{service_options()} {
  options_.partitions = partitions;
  (void)kafka::ready_topic(options_);
}

TestTopic::TestTopic(KafkaOptions options) : options_{std::move(options)} { (void)kafka::ready_topic(options_); }

void run_services(const std::string& arguments) {
  const std::string script = (test_support::source_dir() / "scripts/services").string();
  const std::string command = "'" + script + "' " + arguments + " >&2";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread of a test waits for children
  if (std::system(command.c_str()) != 0) throw std::runtime_error{command + " failed"};
}

void signal_broker(int signal) {
  pid_t pid = 0;
  std::ifstream file{services_state() / "kafka.pid"};
  if (!(file >> pid) || kill(pid, signal) != 0) throw std::runtime_error{"Kafka does not run"};
  if (signal != SIGSTOP) return;
  // kill() returns at once; a thread that is running may still answer requests until it sees the signal.
  const Instant deadline = system_clock().instant() + std::chrono::seconds{30};
  while (!all_threads_stopped(pid)) {
    if (system_clock().instant() > deadline) throw std::runtime_error{"Kafka does not stop at a SIGSTOP"};
    std::this_thread::yield();
  }
}

void set_topic_limit(const KafkaOptions& options, std::size_t bytes) {
  const std::string name = "max.message.bytes";
  const std::string value = std::to_string(bytes);
  const kafka::Client client =
      kafka::make_client(options, kafka::Purpose::admin, kafka::client_config(options, kafka::Purpose::admin, {}));
  const kafka::Queue results{rd_kafka_queue_new(client.get())};
  using Resource = kafka::Handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
  const Resource topic{rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, options.topic.c_str())};
  rd_kafka_ConfigResource_set_config(topic.get(), name.c_str(), value.c_str());
  rd_kafka_ConfigResource_t* topics[] = {topic.get()};
  rd_kafka_AlterConfigs(client.get(), topics, 1, nullptr, results.get());
  const kafka::Event result{rd_kafka_queue_poll(results.get(), kPatienceMs)};
  if (result == nullptr) throw std::runtime_error{"the broker does not answer"};
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** const changed =
      rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(result.get()), &count);
  if (count != 1 || rd_kafka_ConfigResource_error(changed[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error{"the topic's " + name + " cannot be set"};
  }
  for (int asked = 0; kafka::read_topic_limit(options).bytes != bytes; ++asked) {
    if (asked == 300) throw std::runtime_error{"no broker tells the topic's new " + name};
  }
}

void delete_topic(const KafkaOptions& options) noexcept {
  try {
    const kafka::Client client =
        kafka::make_client(options, kafka::Purpose::admin, kafka::client_config(options, kafka::Purpose::admin, {}));
    const kafka::Queue results{rd_kafka_queue_new(client.get())};
    const kafka::Handle<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy> topic{
        rd_kafka_DeleteTopic_new(options.topic.c_str())};
    rd_kafka_DeleteTopic_t* topics[] = {topic.get()};
    rd_kafka_DeleteTopics(client.get(), topics, 1, nullptr, results.get());
    const kafka::Event result{rd_kafka_queue_poll(results.get(), kPatienceMs)};
    if (result == nullptr) throw std::runtime_error{"the broker does not answer"};
    const auto error = rd_kafka_event_error(result.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error{rd_kafka_err2str(error)};
  } catch (const std::exception& e) {
    std::cerr << "the test's topic " << options.topic << " stays: " << e.what() << '\n';
  }
}

}  // namespace leftfold::test_kafka
