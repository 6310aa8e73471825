// SPDX-License-Identifier: Apache-2.0
// What KafkaOptions may say.
#pragma once

#include <string>
#include <string_view>

#include <leftfold/kafka.h>

namespace leftfold::inline v0::kafka {

/// Why Kafka takes no topic of this name; empty when it does.
[[nodiscard]] std::string_view why_no_topic_name(std::string_view name);

/// The same list of brokers without white space.
/// Throws Error(invalid_config) that begins with `what` for an address without a host or with an impossible port.
[[nodiscard]] std::string checked_brokers(std::string_view brokers, std::string_view what);

/// Throws Error(invalid_config) that names the member of KafkaOptions that cannot be used; properties are looked at by
/// check_properties.
void check_options(const KafkaOptions& options);

/// Throws Error(invalid_config) for a property that is refused, for a value that librdkafka does not take.
void check_properties(const KafkaOptions& options);

}  // namespace leftfold::inline v0::kafka
