// SPDX-License-Identifier: Apache-2.0
#include "app/kafka_settings.h"

#include <chrono>
#include <utility>

#include <leftfold/error.h>

#include "app/address.h"

#ifdef LEFTFOLD_WITH_KAFKA
#include <leftfold/kafka.h>

#include "kafka/options.h"
#endif

namespace leftfold::inline v0::app {

bool uses_kafka(const Settings& settings) {
  return broker_kind(settings.get("broker")) == BrokerKind::kafka && bool_value(settings.get("kafka.enabled"));
}

std::optional<StartFrom> start_in_kafka(const Settings& settings, const HandlerInfo& handler) {
  const Setting& start = settings.get("kafka.offset_reset");
  if (!uses_kafka(settings) || start.origin == "default") return std::nullopt;
  if (handler.is_projector && !handler.exactly_once) return std::nullopt;
  return start_value(start);
}

DeadLetterStore* dead_letters_beside(const Settings& settings, DeadLetterStore* letters) {
  const bool in_memory = store_address(settings.get("store")).kind == StoreKind::memory;
  return in_memory && uses_kafka(settings) ? nullptr : letters;
}

void log_limits(const Settings& settings, bool parks, Logger& log) {
  if (broker_kind(settings.get("broker")) != BrokerKind::kafka) return;
  const Setting& enabled = settings.get("kafka.enabled");
  if (!bool_value(enabled)) {
    log.log(LogLevel::warn, "kafka", "it is off: no client is made, no handler receives an event from it",
            {{"setting", "kafka.enabled"}, {"origin", enabled.origin}});
  } else if (!parks) {
    log.log(LogLevel::warn, "kafka",
            "this store keeps no dead letters beside Kafka: an event that cannot be handled stops its subscription; "
            "use store sqlite:FILE or dynamodb: to park it and go on",
            {{"store", settings.get("store").value}});
  }
}

#ifdef LEFTFOLD_WITH_KAFKA

namespace {
// A person waits for it, perhaps one who pauses handlers because no broker answers.
constexpr std::chrono::seconds kPatienceOfLooking{5};
}  // namespace

void check_property(const KafkaProperty& property) {
  KafkaOptions alone;
  alone.properties.emplace(property.name, property.value);
  try {
    kafka::check_properties(alone);
  } catch (const Error& error) {
    std::string why = error.what();
    const std::string with_value = "Kafka property " + property.name + "=\"" + property.value + "\": ";
    if (why.starts_with(with_value)) why.erase(0, with_value.size());
    throw Error{Errc::invalid_config,
                std::string{kPropertyTable} + "." + property.name + " (" + property.origin + "): " + why};
  }
}

OpenKafka open_kafka(const Settings& settings, Purpose purpose, Logger& log, Metrics& metrics) {
  OpenKafka open;
  if (const Setting& level = settings.get("kafka.log_level"); !is_left_out(level)) {
    open.log =
        std::make_unique<StderrLogger>(kafka_log_level_value(level), log_format_value(settings.get("log_format")),
                                       log_time_value(settings.get("log_time")));
  }
  KafkaOptions options;
  options.brokers = settings.get("kafka.brokers").value;
  options.topic = settings.get("kafka.events_topic").value;
  options.client_id = settings.get("kafka.client_id").value;
  options.partitions = static_cast<int>(count_value(settings.get("kafka.partitions"), 1, kMostKafkaPartitions));
  const Setting& replication = settings.get("kafka.replication");
  if (!is_left_out(replication)) {
    options.replication = static_cast<int>(count_value(replication, 1, kMostKafkaReplicas));
  }
  const bool create = purpose == Purpose::run && bool_value(settings.get("kafka.auto_create_topics"));
  options.create = create ? KafkaOptions::Topic::create : KafkaOptions::Topic::must_exist;
  if (purpose == Purpose::look) options.start_timeout = kPatienceOfLooking;
  for (const KafkaProperty& property : settings.kafka_properties()) {
    options.properties.emplace(property.name, property.value);
  }
  options.log = open.log ? open.log.get() : &log;
  options.metrics = &metrics;
  auto broker = std::make_unique<KafkaBroker>(std::move(options));
  open.open_sink = [kafka = broker.get()] { return kafka->open_sink(); };
  open.feed = std::move(broker);
  return open;
}

#else

void check_property(const KafkaProperty&) {}

// broker_kind() refused it.
OpenKafka open_kafka(const Settings&, Purpose, Logger&, Metrics&) { return {}; }

#endif

}  // namespace leftfold::inline v0::app
