// SPDX-License-Identifier: Apache-2.0
#include "lambda/publisher_function.h"

#include <cstdlib>

#include <leftfold/event_copy.h>

#include "support/kafka_records.h"

namespace leftfold::test_lambda {

std::string again_from(const std::string& sequence) {
  return R"({"batchItemFailures":[{"itemIdentifier":")" + sequence + R"("}]})";
}

std::string bootstrap() {
  const char* const given = std::getenv("LEFTFOLD_TEST_LAMBDA_BOOTSTRAP");  // NOLINT(concurrency-mt-unsafe)
  return given != nullptr && *given != '\0' ? given : LEFTFOLD_LAMBDA_BOOTSTRAP;
}

std::map<std::string, std::string> publishing(const DynamoDbOptions& table, const KafkaOptions& topic) {
  constexpr std::size_t kPrefix = 2;  // the variables make the table's name of two parts
  return {{"DYNAMODB_PREFIX", table.events_table.substr(0, kPrefix)},
          {"EVENTSTORE_TABLE_NAME", table.events_table.substr(kPrefix)},
          {"AWS_ENDPOINT_URL_DYNAMODB", table.endpoint_url},
          {"AWS_REGION", table.region},
          {"AWS_ACCESS_KEY_ID", "test"},
          {"AWS_SECRET_ACCESS_KEY", "test"},
          {"KAFKA_BROKERS", topic.brokers},
          {"KAFKA_EVENTS_TOPIC", topic.topic},
          {"KAFKA_AUTO_CREATE_TOPICS", "false"},
          {"LEFTFOLD_LOG_LEVEL", "debug"}};
}

std::vector<std::string> published_in(const KafkaOptions& topic) {
  std::vector<std::string> events;
  for (const EventCopy& copy : test_support::events_in(topic)) {
    events.push_back(copy.aggregate_id + "/" + std::to_string(copy.version.value()));
  }
  return events;
}

std::string first_occurrences(const KafkaOptions& topic, const std::string& aggregate_id) {
  std::int64_t next = 0;
  for (const EventCopy& copy : test_support::events_in(topic)) {
    if (copy.aggregate_id != aggregate_id) continue;
    if (copy.version.value() > next) {
      return std::to_string(copy.version.value()) + " before " + std::to_string(next);
    }
    if (copy.version.value() == next) ++next;
  }
  return "0 to " + std::to_string(next - 1);
}

}  // namespace leftfold::test_lambda
