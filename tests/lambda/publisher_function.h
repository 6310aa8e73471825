// The bootstrap of lambda-event-publisher, which the tests run.
#pragma once

#include <map>
#include <string>

#include <leftfold/kafka.h>

namespace leftfold::test_lambda {

/// Its path: LEFTFOLD_TEST_LAMBDA_BOOTSTRAP, else the one of this build.
[[nodiscard]] std::string bootstrap();
/// The environment with which it publishes to the topic.
[[nodiscard]] std::map<std::string, std::string> publishing_to(const KafkaOptions& options);

}  // namespace leftfold::test_lambda
