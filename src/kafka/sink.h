// SPDX-License-Identifier: Apache-2.0
// The writing side as KafkaBroker uses it.
#pragma once

#include <memory>

#include <leftfold/kafka.h>

namespace leftfold::inline v0::kafka {

/// A sink to `options.topic`. `options` outlives it.
[[nodiscard]] std::unique_ptr<EventSink> open_sink(const KafkaOptions& options);

}  // namespace leftfold::inline v0::kafka
