// SPDX-License-Identifier: Apache-2.0
// Records of a DynamoDB stream as AWS Lambda delivers them: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <leftfold/event_store.h>

#include "dynamodb/event_item.h"
#include "dynamodb/wire.h"

namespace leftfold::test_support {

/// When the events of these records were committed.
inline constexpr Timestamp kCommittedAt{std::chrono::seconds{1'700'000'000}};

/// An append of one event ItemAdded for each payload.
inline AppendRequest items_added(std::string aggregate_id, Version expected, std::vector<std::string> payloads) {
  AppendRequest request{std::move(aggregate_id), expected, {}, {}};
  for (std::string& payload : payloads) {
    request.events.push_back({Uuid::v7(kCommittedAt), "ItemAdded", std::move(payload), R"({"user":"u1"})", 2});
  }
  return request;
}

inline std::string json_of(const dynamodb::Item& item) {
  std::string json;
  dynamodb::write_item(json, item);
  return json;
}

struct StreamRecord {
  std::string name = "INSERT";
  std::string sequence = "111";
  std::string keys = R"({"aggregateId":{"S":"cart-1"},"version":{"N":"0"}})";
  std::string image = {};  ///< empty: none

  /// Ten seconds older than kCommittedAt.
  [[nodiscard]] std::string json() const {
    return R"({"eventID":"7de3041dd709b024af6f29e4fa13d34c","eventName":")" + name +
           R"(","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-central-1","dynamodb":{)" +
           R"("ApproximateCreationDateTime":1699999990.0,"Keys":)" + keys + "," +
           (image.empty() ? "" : R"("NewImage":)" + image + ",") + R"("SequenceNumber":")" + sequence +
           R"(","SizeBytes":26,"StreamViewType":"NEW_IMAGE"},"eventSourceARN":)" +
           R"("arn:aws:dynamodb:eu-central-1:123456789012:table/v1EventStore/stream/2026-01-01T00:00:00.000"})";
  }
};

/// The record of one new event of an aggregate.
inline StreamRecord inserted(const std::string& aggregate_id, Version version, std::string sequence,
                             std::string payload = "{}") {
  const AppendRequest request = items_added(aggregate_id, Version{version.value() - 1}, {std::move(payload)});
  return {.sequence = std::move(sequence),
          .keys = json_of(dynamodb::event_key(aggregate_id, version)),
          .image = json_of(dynamodb::event_item(request, 0, kCommittedAt))};
}

/// The payload of an invocation.
inline std::string batch_of(const std::vector<StreamRecord>& records) {
  std::string json = R"({"Records":[)";
  for (const StreamRecord& one : records) json += (json.back() == '[' ? "" : ",") + one.json();
  return json + "]}";
}

}  // namespace leftfold::test_support
