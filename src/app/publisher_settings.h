// SPDX-License-Identifier: Apache-2.0
// Settings of what publishes, and the parts that they describe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <leftfold/metrics.h>
#include <leftfold/publisher.h>
#include <leftfold/settings.h>

#include "app/kafka_settings.h"
#include "app/open_store.h"

namespace leftfold::inline v0::app {

/// What is said under publisher.*; the drain is shutdown_timeout. Throws Error(invalid_config).
[[nodiscard]] PublisherOptions publisher_options(const Settings& settings);

/// Throws Error(invalid_config) for a broker that nothing is sent to and for KAFKA_ENABLED=false.
void check_broker_of_publisher(const Settings& settings);

/// A store whose events are published, and the broker they go to. What comes later uses what comes before.
struct OpenPublishing {
  OpenStore store;
  OpenKafka kafka;
  std::optional<PublishedStore> ports;  ///< of a store without an order of its events; else its feed is published
};

/// Opens both. The broker is kafka: unless the settings say otherwise. `log` and `metrics` must outlive it.
/// Throws as check_broker_of_publisher(), Error(unsupported) for a store that ends with its program, and as
/// open_store() and open_kafka().
[[nodiscard]] OpenPublishing open_publishing(const Settings& settings, Logger& log, Metrics& metrics);
/// The store alone, to look at it.
[[nodiscard]] OpenPublishing open_published_store(const Settings& settings, SqliteOptions::Mode mode, Logger& log,
                                                  Metrics& metrics);

}  // namespace leftfold::inline v0::app
