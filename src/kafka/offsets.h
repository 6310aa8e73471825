// SPDX-License-Identifier: Apache-2.0
// Where partitions begin and end, and how far a group is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <leftfold/kafka.h>

#include "kafka/handles.h"

namespace leftfold::inline v0::kafka {

/// How long one question to the brokers may take before it is asked again.
inline constexpr std::chrono::milliseconds kAnswerWithin{5'000};

/// The offsets a partition holds: `low` is the oldest record's, `high` the next one's to be written.
struct Bounds {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

/// Of the partitions in their order. Throws Error(unavailable, not_found, permission_denied).
[[nodiscard]] std::vector<Bounds> bounds_of(rd_kafka_t* client, const KafkaOptions& options,
                                            std::span<const std::int32_t> partitions);

/// The committed offsets of the client's group, empty where it has none. Throws as bounds_of() does.
[[nodiscard]] std::vector<std::optional<std::int64_t>> committed_of(rd_kafka_t* client, const KafkaOptions& options,
                                                                    std::span<const std::int32_t> partitions);

/// A list with the topic's partitions, each at the offset of the same place; offsets may be empty.
[[nodiscard]] PartitionList list_of(const KafkaOptions& options, std::span<const std::int32_t> partitions,
                                    std::span<const std::int64_t> offsets = {});

}  // namespace leftfold::inline v0::kafka
