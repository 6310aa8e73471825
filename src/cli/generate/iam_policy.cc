// SPDX-License-Identifier: Apache-2.0
// Rights on DynamoDB's tables; a test compares them with docs/stores/dynamodb.md.
#include <initializer_list>
#include <utility>

#include <leftfold/json_value.h>

#include "cli/generate/generate.h"

namespace leftfold::inline v0::cli {
namespace {

Json statement(std::initializer_list<std::string_view> actions, const std::string& resource) {
  Json list = Json::array();
  for (const std::string_view action : actions) list.elements().emplace_back("dynamodb:" + std::string{action});
  return Json::object(
      {{"Effect", "Allow"}, {"Action", std::move(list)}, {"Resource", "arn:aws:dynamodb:*:*:table/" + resource}});
}

}  // namespace

std::string iam_policy(std::string_view use, std::string_view events_table, std::string_view second_table) {
  const std::string events{events_table};
  const std::string second{second_table};
  Json statements = Json::array();
  if (use == "service") {
    statements.elements().push_back(statement(
        {"ConditionCheckItem", "DescribeTable", "DescribeTimeToLive", "GetItem", "PutItem", "Query", "Scan"}, events));
    statements.elements().push_back(
        statement({"BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "DescribeTable",
                   "DescribeTimeToLive", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"},
                  second));
  } else if (use == "publisher") {
    statements.elements().push_back(statement({"DescribeTable", "GetItem", "Query", "Scan"}, events));
    statements.elements().push_back(
        statement({"BatchGetItem", "BatchWriteItem", "DeleteItem", "DescribeTable", "PutItem", "Query"}, second));
    statements.elements().push_back(
        statement({"DescribeStream", "GetRecords", "GetShardIterator"}, events + "/stream/*"));
  } else {
    statements.elements().push_back(
        statement({"DescribeTable", "DescribeTimeToLive", "GetItem", "Query", "Scan"}, events));
    statements.elements().push_back(statement({"BatchGetItem", "DescribeTable", "GetItem", "Query", "Scan"}, second));
  }
  return Json::object({{"Version", "2012-10-17"}, {"Statement", std::move(statements)}}).indented();
}

}  // namespace leftfold::inline v0::cli
