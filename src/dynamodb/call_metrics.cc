// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/call_metrics.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace leftfold::inline v0::dynamodb {
namespace {

// What is done with items. Calls on tables are few: they share one label.
constexpr std::array<std::string_view, 11> kOperations{
    "PutItem",    "TransactWriteItems", "GetItem",        "Query",      "Scan", "UpdateItem",
    "DeleteItem", "BatchGetItem",       "BatchWriteItem", "GetRecords", "other"};

}  // namespace

CallMetrics::CallMetrics(Metrics& metrics) {
  if (&metrics == &no_metrics()) return;
  for (const std::string_view name : kOperations) {
    const auto calls = [&](std::string_view result) {
      return &metrics.counter("leftfold_dynamodb_calls_total", "calls to DynamoDB, all attempts of one together",
                              {{"operation", name}, {"result", result}});
    };
    const auto units = [&](std::string_view kind) {
      return &metrics.counter("leftfold_dynamodb_consumed_units_total", "request units as DynamoDB reported them",
                              {{"operation", name}, {"kind", kind}});
    };
    operations_.push_back(
        {name, calls("ok"), calls("failed"),
         &metrics.counter("leftfold_dynamodb_retries_total", "requests to DynamoDB sent again", {{"operation", name}}),
         &metrics.counter("leftfold_dynamodb_throttled_total", "requests that DynamoDB refused because of load",
                          {{"operation", name}}),
         units("read"), units("write"),
         &metrics.histogram("leftfold_dynamodb_call_duration_seconds", "from the first request of a call to its end",
                            {{"operation", name}})});
  }
}

void CallMetrics::count(const DynamoDbCall& call) noexcept {
  if (operations_.empty()) return;
  const auto is_it = [&](const Operation& operation) { return operation.name == call.operation; };
  auto found = std::ranges::find_if(operations_, is_it);
  if (found == operations_.end()) --found;
  (call.failed ? found->failed : found->ok)->add();
  found->retries->add(call.attempts - 1);
  found->throttled->add(call.throttled);
  found->read_units->add(call.consumed.read);
  found->write_units->add(call.consumed.write);
  found->duration->observe(std::chrono::duration<double>{call.duration}.count());
}

}  // namespace leftfold::inline v0::dynamodb
