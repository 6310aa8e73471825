// SPDX-License-Identifier: Apache-2.0
// The server with DynamoDB's API that these tests run against.
#pragma once

#include <string>

#include <leftfold/dynamodb.h>

#include "dynamodb/attribute_value.h"

namespace leftfold::test_dynamodb {

/// Which server LEFTFOLD_TEST_SERVICE names: dynoxide, moto, or endpoint (what AWS_ENDPOINT_URL_DYNAMODB says, with the
/// credentials of the environment). Without it: endpoint when there is one, else dynoxide.
[[nodiscard]] std::string service_name();

/// Options for that server, with tables that no other test uses. Throws std::runtime_error that says how to start the
/// server when it is not there.
[[nodiscard]] DynamoDbOptions service_options();

/// `name = {"S":"text"}` and a line's end: an attribute as docs/stores/dynamodb.md shows it.
[[nodiscard]] std::string attribute_line(const dynamodb::Attribute& attribute);

/// Deletes both tables of these options; says on stderr why they stay, when they do.
void delete_tables(const DynamoDbOptions& options) noexcept;

/// Tables that last as long as this. Any thread.
class TestTables {
 public:
  TestTables() : options_{service_options()} { const DynamoDbStore creates{options_}; }
  ~TestTables() { delete_tables(options_); }
  TestTables(const TestTables&) = delete;
  TestTables& operator=(const TestTables&) = delete;
  [[nodiscard]] const DynamoDbOptions& options() const { return options_; }

 private:
  DynamoDbOptions options_;
};

}  // namespace leftfold::test_dynamodb
