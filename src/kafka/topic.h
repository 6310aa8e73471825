// SPDX-License-Identifier: Apache-2.0
// The topic: asking for it, creating it.
#pragma once

#include <cstdint>

#include <leftfold/kafka.h>

#include "kafka/handles.h"

namespace leftfold::inline v0::kafka {

/// Asks for options.topic, creates it as options.create says, and waits until every partition has a leader.
/// Returns the number of partitions. Throws as KafkaBroker's constructor does; gives up after options.start_timeout.
[[nodiscard]] std::int32_t ready_topic(const KafkaOptions& options);

}  // namespace leftfold::inline v0::kafka
