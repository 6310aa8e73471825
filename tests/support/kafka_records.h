// SPDX-License-Identifier: Apache-2.0
// What a Kafka topic holds, read without any of the code that reads for subscriptions.
#pragma once

#include <vector>

#include <leftfold/event_copy.h>
#include <leftfold/kafka.h>

namespace leftfold::test_support {

/// Every event of options.topic up to its end as it is now: partition by partition, in the order of offsets.
/// Throws std::runtime_error when the broker does not answer.
[[nodiscard]] std::vector<EventCopy> events_in(const KafkaOptions& options);

}  // namespace leftfold::test_support
