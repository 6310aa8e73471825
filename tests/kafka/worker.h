// SPDX-License-Identifier: Apache-2.0
// A process of a service: a Listener that writes the history and a Projector with a read model, on Kafka.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace leftfold::test_kafka {

/// What kafka_worker is told. Plain value.
struct WorkerOptions {
  std::string brokers;
  std::string topic;
  std::string group;
  std::filesystem::path folder;  // where all processes of the group keep their files
  int workers = 10;              // KAFKA_CONSUMER_MAX_PARALLEL_HANDLES
  int max_in_flight = 30;        // KAFKA_CONSUMER_MAX_QUEUE_SIZE
  int handler_ms = 0;            // how long the listener works on each step, besides what the step says
  int session_ms = 6'000;
  int max_poll_ms = 60'000;
  int commit_ms = 200;
  int drain_ms = 10'000;

  [[nodiscard]] std::filesystem::path history() const { return folder / "history.txt"; }
  [[nodiscard]] std::filesystem::path tables() const { return folder / "tables.db"; }
  [[nodiscard]] std::filesystem::path letters() const { return folder / "letters.db"; }
  [[nodiscard]] std::filesystem::path log() const { return folder / "log.txt"; }
  /// While it is missing, the listener fails on poison.
  [[nodiscard]] std::filesystem::path mended() const { return folder / "mended"; }
  /// Of the listener: that of its dead letters too, and of its consumer group.
  [[nodiscard]] std::string subscription() const { return group + ".Recorder"; }

  /// A command line and back: NAME=VALUE each.
  [[nodiscard]] std::vector<std::string> to_arguments() const;
  /// Throws std::invalid_argument.
  [[nodiscard]] static WorkerOptions from_arguments(const std::vector<std::string>& arguments);
};

}  // namespace leftfold::test_kafka
