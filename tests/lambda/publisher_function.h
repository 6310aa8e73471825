// SPDX-License-Identifier: Apache-2.0
// The bootstrap of lambda-event-publisher, which the tests run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <leftfold/dynamodb.h>
#include <leftfold/kafka.h>

namespace leftfold::test_lambda {

/// The response to a batch that need not come again.
inline constexpr const char* kAllDone = R"({"batchItemFailures":[]})";
/// The response to one that has to, from this record on.
[[nodiscard]] std::string again_from(const std::string& sequence);

/// Its path: LEFTFOLD_TEST_LAMBDA_BOOTSTRAP, else the one of this build.
[[nodiscard]] std::string bootstrap();
/// The environment with which it publishes the table's events to the topic.
[[nodiscard]] std::map<std::string, std::string> publishing(const DynamoDbOptions& table, const KafkaOptions& topic);

/// The topic's events as "cart-1/0", partition by partition, in the order of offsets.
[[nodiscard]] std::vector<std::string> published_in(const KafkaOptions& topic);
/// Of an aggregate alone: what is in the topic when its first occurrences are the versions from 0 on in order, and a
/// text that says which version came too early when they are not.
[[nodiscard]] std::string first_occurrences(const KafkaOptions& topic, const std::string& aggregate_id);

}  // namespace leftfold::test_lambda
