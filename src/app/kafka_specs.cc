// SPDX-License-Identifier: Apache-2.0
// Settings of the broker kafka:. The names KAFKA_... are those of the system this one follows.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "app/address.h"
#include "app/setting_spec.h"

#ifdef LEFTFOLD_WITH_KAFKA
#include "kafka/options.h"
#endif

namespace leftfold::inline v0::app {
namespace {

void check_not_empty(const Setting& setting) {
  if (setting.value.empty()) refuse(setting);
}

void check_brokers(const Setting& setting) {
  check_not_empty(setting);
#ifdef LEFTFOLD_WITH_KAFKA
  try {
    (void)kafka::checked_brokers(setting.value, {});
  } catch (const Error&) {  // it does not know where the value comes from
    refuse(setting);
  }
#endif
}

void check_topic(const Setting& setting) {
  check_not_empty(setting);
#ifdef LEFTFOLD_WITH_KAFKA
  if (const auto why = kafka::why_no_topic_name(setting.value); !why.empty()) refuse(setting, ": " + std::string{why});
#endif
}

SettingSpec yes_or_no(std::string name, std::string variable, std::string help) {
  return {std::move(name),
          std::move(variable),
          std::move(help),
          "true or false",
          "true",
          ValueKind::boolean,
          [](const Setting& s) { (void)bool_value(s); }};
}

}  // namespace

std::vector<SettingSpec> kafka_specs() {
  return {
      yes_or_no("kafka.enabled", "KAFKA_ENABLED", "false: no client is made, handlers receive nothing from Kafka"),
      {"kafka.brokers", "KAFKA_BROKERS", "brokers to begin with; they name the others",
       "HOST:PORT, several with commas between them", "localhost:9092", ValueKind::text, check_brokers},
      {"kafka.events_topic", "KAFKA_EVENTS_TOPIC", "the topic of events", "the name of a topic", "GlobalEvents",
       ValueKind::text, check_topic},
      {"kafka.client_id", "KAFKA_CLIENT_ID", "how brokers name this process in their logs and quotas",
       "a name that is not empty", "leftfold", ValueKind::text, check_not_empty},
      {"kafka.offset_reset", "KAFKA_OFFSET_RESET", "where a handler without a checkpoint starts", "beginning or latest",
       "beginning", ValueKind::text, [](const Setting& s) { (void)start_value(s); }},
      yes_or_no("kafka.auto_create_topics", "KAFKA_AUTO_CREATE_TOPICS",
                "create the topic when it is missing; false: say that it is missing and end"),
      {"kafka.partitions", "LEFTFOLD_KAFKA_PARTITIONS", "partitions of a topic that is created",
       "a number from 1 to 100000", "12", ValueKind::integer,
       [](const Setting& s) { (void)count_value(s, 1, kMostKafkaPartitions); }},
      {"kafka.replication", "LEFTFOLD_KAFKA_REPLICATION", "replicas of a topic that is created",
       "a number from 1 to 10000, or leave it out for the brokers' default", "", ValueKind::integer,
       [](const Setting& s) {
         if (!is_left_out(s)) (void)count_value(s, 1, kMostKafkaReplicas);
       }},
      {"kafka.log_level", "KAFKA_LOG_LEVEL", "least important lines of the Kafka client to log",
       "NOTHING, ERROR, WARN, INFO or DEBUG, or leave it out for log_level", "", ValueKind::text,
       [](const Setting& s) {
         if (!is_left_out(s)) (void)kafka_log_level_value(s);
       }},
  };
}

}  // namespace leftfold::inline v0::app
