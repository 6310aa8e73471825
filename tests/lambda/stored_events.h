// SPDX-License-Identifier: Apache-2.0
// A table of events on a real server, and what its stream tells of it, as AWS Lambda would hand it to a function.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/dynamodb.h>

#include "dynamodb/client.h"
#include "dynamodb/connect.h"
#include "dynamodb/service.h"

namespace leftfold::test_lambda {

/// One record of the stream.
struct TableRecord {
  std::string aggregate_id;
  Version version;
  std::string sequence;
  std::string json;  ///< as the server gave it, with the member that Lambda adds
};

/// The payload of an invocation.
[[nodiscard]] std::string batch_of(const std::vector<TableRecord>& records);
/// The same record with an image that is no event, as if the stream had brought it damaged.
[[nodiscard]] TableRecord damaged(const TableRecord& record);

/// Each call that writes returns the stream's records of what it wrote, in the stream's order. One thread at a time.
class StoredEvents {
 public:
  StoredEvents();

  [[nodiscard]] const DynamoDbOptions& table() const { return tables_.options(); }
  /// Appends `count` events behind the aggregate's newest.
  std::vector<TableRecord> append(const std::string& aggregate_id, std::size_t count, std::size_t payload_bytes = 10);
  /// Puts an item that is no event behind the aggregate's newest event.
  TableRecord put_garbage(const std::string& aggregate_id);
  /// Makes an event of that item.
  TableRecord mend(const TableRecord& garbage);

 private:
  void put(dynamodb::Item item);
  std::vector<TableRecord> next(std::size_t count);
  void read();

  test_dynamodb::TestTables tables_;
  DynamoDbStore store_;
  dynamodb::Transports transports_;
  dynamodb::Client tables_client_;
  std::string stream_;
  std::string iterator_;
  std::vector<TableRecord> read_;  // and not given out
};

}  // namespace leftfold::test_lambda
