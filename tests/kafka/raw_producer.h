// SPDX-License-Identifier: Apache-2.0
// Writes records that the library would never write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/kafka.h>

#include "kafka/handles.h"

namespace leftfold::test_kafka {

/// One record, as it goes over the wire. Plain value.
struct RawRecord {
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// What the Node library writes for a version of an account.
[[nodiscard]] std::string step_json(const std::string& account, std::int64_t version, std::int64_t amount);

/// All functions throw std::runtime_error. One thread.
class RawProducer {
 public:
  /// With an id its records belong to transactions.
  explicit RawProducer(const KafkaOptions& options, const std::string& transactional_id = {});

  /// Returns when the broker has it, its offset unknown; without a partition its key decides.
  void send(const RawRecord& record, std::int32_t partition = RD_KAFKA_PARTITION_UA);
  void begin();
  void commit();
  void abort();

 private:
  KafkaOptions options_;
  kafka::Client client_;
};

}  // namespace leftfold::test_kafka
