// SPDX-License-Identifier: Apache-2.0
// Calls on several items that are not one transaction.
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "dynamodb/body.h"
#include "dynamodb/client.h"
#include "dynamodb/client_call.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using simdjson::ondemand::value;

/// `{"table":<content>}`
std::string by_table(std::string_view table, std::string_view content) { return Body{}.raw(table, content).finish(); }

std::string body_of(const std::string& request_items) {
  return Body{}.raw("RequestItems", request_items).text("ReturnConsumedCapacity", "TOTAL").finish();
}

/// What the service left undone, in the shape in which it is asked for again; empty for none.
std::string left_of(value in) {
  if (is_null(in)) return {};
  std::string_view json;
  check(simdjson::to_json_string(in).get(json));
  if (json.find('"') == json.npos) return {};  // an object without members
  return std::string{json};
}

}  // namespace

void Client::wait_for_the_rest(const Call& call, int round) {
  if (round >= options_.max_attempts || !quota_.take(RetryQuota::kRetryCost)) {
    throw Error{Errc::throttled, "DynamoDB " + std::string{call.operation} + " on table " + std::string{call.table} +
                                     ": some items were left out because of load, after " + std::to_string(round) +
                                     " attempts; try again later, or give the table more capacity"};
  }
  wait_before_retry({Verdict::throttled, std::nullopt, {}, false}, round);
}

std::vector<Item> Client::get_all(std::string_view table, std::span<const Item> keys) {
  std::string list = "[";
  for (const Item& key : keys) {
    if (list.size() > 1) list += ',';
    write_item(list, key);
  }
  std::string left = by_table(table, Body{}.raw("Keys", list + "]").flag("ConsistentRead", true).finish());
  std::vector<Item> found;
  for (int round = 1;; ++round) {
    Call call{"BatchGetItem", table, Effect::reads, body_of(left)};
    Answer answer = this->call(call);
    left.clear();
    bool has_items = false;
    parse(call, answer, [&](std::string_view name, value in) {
      if (name == "Responses") {
        has_items = true;
        each_member(in, [&](std::string_view, value items) {
          each_element(items, [&](value item) { found.push_back(read_item(item)); });
        });
      } else if (name == "UnprocessedKeys") {
        left = left_of(in);
        if (!left.empty()) ++call.throttled;
      }
    });
    if (left.empty()) {
      must_have(has_items, call.operation, table, "Responses");
      if (round > 1) quota_.give_back(RetryQuota::kRetryCost);
      return found;
    }
    wait_for_the_rest(call, round);
  }
}

void Client::put_all(std::string_view table, std::span<const Item> items) {
  std::string list;
  for (const Item& item : items) {
    if (!list.empty()) list += ',';
    list += Body{}.raw("PutRequest", Body{}.item("Item", item).finish()).finish();
  }
  write_all(table, std::move(list));
}

void Client::remove_all(std::string_view table, std::span<const Item> keys) {
  std::string list;
  for (const Item& key : keys) {
    if (!list.empty()) list += ',';
    list += Body{}.raw("DeleteRequest", Body{}.item("Key", key).finish()).finish();
  }
  write_all(table, std::move(list));
}

void Client::write_all(std::string_view table, std::string list) {
  std::string left = by_table(table, "[" + std::move(list) + "]");
  for (int round = 1;; ++round) {
    Call call{"BatchWriteItem", table, Effect::writes, body_of(left)};
    Answer answer = this->call(call);
    left.clear();
    parse(call, answer, [&](std::string_view name, value in) {
      if (name != "UnprocessedItems") return;
      left = left_of(in);
      if (!left.empty()) ++call.throttled;
    });
    if (left.empty()) {
      if (round > 1) quota_.give_back(RetryQuota::kRetryCost);
      return;
    }
    wait_for_the_rest(call, round);
  }
}

}  // namespace leftfold::inline v0::dynamodb
