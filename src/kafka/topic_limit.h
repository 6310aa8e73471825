// SPDX-License-Identifier: Apache-2.0
// How large a batch the topic takes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <leftfold/kafka.h>

namespace leftfold::inline v0::kafka {

/// max.message.bytes of a topic: what a batch may have, as the broker counts it.
struct TopicLimit {
  std::optional<std::size_t> bytes;  ///< none: nobody told
  std::string why;                   ///< why not
};

/// Asks a broker for that of options.topic. Gives up after 5 s, and at once when no broker can be reached or it may not
/// be asked. Throws Error(invalid_config).
[[nodiscard]] TopicLimit read_topic_limit(const KafkaOptions& options);

}  // namespace leftfold::inline v0::kafka
