#include "lambda/publisher_function.h"

#include <cstdlib>

namespace leftfold::test_lambda {

std::string bootstrap() {
  const char* const given = std::getenv("LEFTFOLD_TEST_LAMBDA_BOOTSTRAP");  // NOLINT(concurrency-mt-unsafe)
  return given != nullptr && *given != '\0' ? given : LEFTFOLD_LAMBDA_BOOTSTRAP;
}

std::map<std::string, std::string> publishing_to(const KafkaOptions& options) {
  return {{"KAFKA_BROKERS", options.brokers},
          {"KAFKA_EVENTS_TOPIC", options.topic},
          {"KAFKA_AUTO_CREATE_TOPICS", "false"},
          {"LEFTFOLD_LOG_LEVEL", "debug"}};
}

}  // namespace leftfold::test_lambda
