// SPDX-License-Identifier: Apache-2.0
// The reading side as KafkaBroker uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <leftfold/kafka.h>

#include "kafka/handles.h"

namespace leftfold::inline v0::kafka {

/// A subscription of `options.topic`, which has `partitions` partitions. `options` outlives it.
[[nodiscard]] std::unique_ptr<Subscription> open_subscription(const KafkaOptions& options, std::int32_t partitions,
                                                              const SubscriptionOptions& subscription);

/// The position of a partition's newest record, start() without one. `client` is any client. Throws Error(unavailable).
[[nodiscard]] Position read_head(rd_kafka_t* client, const KafkaOptions& options, std::int32_t partition);

/// The committed checkpoint of a group in a partition, start() without one. Throws Error(unavailable).
[[nodiscard]] Position read_checkpoint(const KafkaOptions& options, std::string_view group, std::int32_t partition);

/// How far a group is in each of the topic's `partitions` partitions. Throws Error(unavailable).
[[nodiscard]] std::vector<Progress> read_progress(const KafkaOptions& options, std::string_view group,
                                                  std::int32_t partitions);

}  // namespace leftfold::inline v0::kafka
