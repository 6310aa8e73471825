// SPDX-License-Identifier: Apache-2.0
// The function as a process between a real table, a Kafka that breaks when it is told to, and a runtime API.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "lambda/function_api.h"
#include "lambda/publisher_function.h"
#include "lambda/stored_events.h"
#include "support/child_process.h"
#include "support/kafka_mock.h"
#include "support/temporary_folder.h"

namespace leftfold::test_lambda {

class LambdaFunction : public ::testing::Test {
 protected:
  test_support::ChildProcess start(const std::map<std::string, std::string>& more = {}) {
    std::map<std::string, std::string> environment = publishing(stored_.table(), topic_);
    environment["AWS_LAMBDA_RUNTIME_API"] = api_.address();
    for (const auto& [name, value] : more) environment[name] = value;
    return test_support::ChildProcess{{.program = bootstrap(), .environment = environment, .log = log()}};
  }
  [[nodiscard]] std::string log() const { return (folder_.path() / "log").string(); }
  [[nodiscard]] std::string logged() const {
    std::ostringstream text;
    text << std::ifstream{log()}.rdbuf();
    return text.str();
  }
  [[nodiscard]] std::vector<std::string> published() const { return published_in(topic_); }

  StoredEvents stored_;
  test_support::TemporaryFolder folder_;
  test_support::MockKafka kafka_;
  KafkaOptions topic_ = kafka_.topic("events", 1);
  FunctionApi api_;
};

}  // namespace leftfold::test_lambda
