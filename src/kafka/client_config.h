// SPDX-License-Identifier: Apache-2.0
// The settings of librdkafka's clients: ours, the user's, and those that must stay as they are.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <leftfold/kafka.h>

#include "kafka/handles.h"

namespace leftfold::inline v0::kafka {

using Properties = std::vector<std::pair<std::string, std::string>>;

/// What a client is for. Each has properties of its own.
enum class Purpose { admin, producer, consumer };

/// A configuration for one client: what every client gets, what `purpose` gets, the user's options.properties, then
/// `own`. `group` is the consumer group, empty without one. Log lines go to options.log with `component`.
/// Throws Error(invalid_config) that names the property: unknown to librdkafka, a value that it does not take, one of
/// those on which a promise stands.
[[nodiscard]] Conf client_config(const KafkaOptions& options, Purpose purpose, const std::string& group,
                                 const Properties& own = {});

/// Makes a client. `options` must outlive it: log lines go there from any thread.
/// Throws Error(invalid_config) with librdkafka's own words.
[[nodiscard]] Client make_client(const KafkaOptions& options, Purpose purpose, Conf conf);

}  // namespace leftfold::inline v0::kafka
