// SPDX-License-Identifier: Apache-2.0
#include "app/publisher_settings.h"

#include <utility>

#include <leftfold/error.h>

#include "app/address.h"

namespace leftfold::inline v0::app {

void check_broker_of_publisher(const Settings& settings) {
  const Setting& broker = settings.get("broker");
  if (broker_kind(broker) != BrokerKind::kafka && broker.origin != "default") {
    throw Error{Errc::invalid_config, "broker is \"" + broker.value + "\" (" + broker.origin +
                                          "), and a publisher sends events to Kafka; use broker kafka:"};
  }
  const Setting& enabled = settings.get("kafka.enabled");
  if (!bool_value(enabled)) {
    throw Error{Errc::invalid_config, "kafka.enabled is \"" + enabled.value + "\" (" + enabled.origin +
                                          "), so there is nothing to publish to; leave it out to publish"};
  }
}

PublisherOptions publisher_options(const Settings& settings) {
  PublisherOptions options;
  options.name = settings.get("publisher.name").value;
  options.from = publish_from_value(settings.get("publisher.from"));
  options.unpublishable = unpublishable_value(settings.get("publisher.unpublishable"));
  options.most_open = settings.count("publisher.most_open");
  options.checkpoint_every = settings.duration("publisher.checkpoint_every");
  options.drain = settings.duration("shutdown_timeout");
  return options;
}

OpenPublishing open_published_store(const Settings& settings, SqliteOptions::Mode mode, Logger& log, Metrics& metrics) {
  if (store_address(settings.get("store")).kind == StoreKind::memory) {
    throw Error{Errc::unsupported,
                "store is \"memory:\", which ends with its own program; use store sqlite:FILE or dynamodb:"};
  }
  OpenPublishing open;
  open.store = open_store(settings, mode, log, metrics);
  if (open.store.published) open.ports = open.store.published(settings.get("publisher.name").value);
  return open;
}

OpenPublishing open_publishing(const Settings& settings, Logger& log, Metrics& metrics) {
  check_broker_of_publisher(settings);
  OpenPublishing open = open_published_store(settings, SqliteOptions::Mode::read_write, log, metrics);
  open.kafka = open_kafka(settings, Purpose::run, log, metrics);
  return open;
}

}  // namespace leftfold::inline v0::app
