// SPDX-License-Identifier: Apache-2.0
// Looks at a group's committed offsets from outside, while its members work.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <leftfold/kafka.h>

#include "kafka/handles.h"
#include "kafka/invariants.h"

namespace leftfold::test_kafka {

/// A client that belongs to the group, but does not join it. Any thread.
class GroupOffsets {
 public:
  GroupOffsets(const KafkaOptions& options, const std::string& group);
  /// By partition. Throws Error when the broker does not answer.
  [[nodiscard]] std::vector<std::optional<std::int64_t>> committed() const;
  /// The offset behind the last record, by partition.
  [[nodiscard]] std::vector<std::int64_t> heads() const;

 private:
  KafkaOptions options_;
  kafka::Client client_;
  std::vector<std::int32_t> partitions_;
};

/// Writes down what it sees, many times a second, on a thread of its own.
class CommitWatch {
 public:
  CommitWatch(const KafkaOptions& options, const std::string& group, const std::filesystem::path& history);
  [[nodiscard]] std::vector<Committed> seen() const;

 private:
  void look(HistoryReader& history);

  GroupOffsets offsets_;
  mutable std::mutex mutex_;
  std::vector<Committed> seen_;
  std::jthread thread_;  // last: it ends first
};

}  // namespace leftfold::test_kafka
