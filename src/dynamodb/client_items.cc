// SPDX-License-Identifier: Apache-2.0
// Calls on items.
#include <leftfold/error.h>

#include "dynamodb/body.h"
#include "dynamodb/client.h"
#include "dynamodb/client_call.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr std::string_view kAllOld = "ALL_OLD";

std::string_view operation_of(ItemWrite::Kind kind) {
  switch (kind) {
    case ItemWrite::Kind::put: return "PutItem";
    case ItemWrite::Kind::remove: return "DeleteItem";
    case ItemWrite::Kind::update: return "UpdateItem";
    case ItemWrite::Kind::check: break;
  }
  throw Error{Errc::internal, "a condition check stands only in a transaction; please report this"};
}

std::string_view member_of(ItemWrite::Kind kind) {
  switch (kind) {
    case ItemWrite::Kind::put: return "Put";
    case ItemWrite::Kind::remove: return "Delete";
    case ItemWrite::Kind::update: return "Update";
    case ItemWrite::Kind::check: break;
  }
  return "ConditionCheck";
}

Body body_of(const ItemWrite& write) {
  Body body;
  body.text("TableName", write.table).item(write.kind == ItemWrite::Kind::put ? "Item" : "Key", write.item);
  if (!write.update.empty()) body.text("UpdateExpression", write.update);
  if (!write.condition.text.empty()) {
    body.text("ConditionExpression", write.condition.text).text("ReturnValuesOnConditionCheckFailure", kAllOld);
  }
  body.stand_ins(write.condition);
  return body;
}

void add_page_members(Body& body, Consistency consistency, std::optional<int> limit, const Item& after) {
  body.flag("ConsistentRead", consistency == Consistency::consistent);
  if (limit) body.number("Limit", *limit);
  if (!after.empty()) body.item("ExclusiveStartKey", after);
  body.text("ReturnConsumedCapacity", "TOTAL");
}

}  // namespace

WriteResult Client::write(const ItemWrite& request) {
  Body body = body_of(request);
  if (request.kind == ItemWrite::Kind::update) body.text("ReturnValues", "ALL_NEW");
  body.text("ReturnConsumedCapacity", "TOTAL");
  Call call{operation_of(request.kind), request.table, Effect::writes, body.finish()};
  Answer answer = this->call(call);
  WriteResult result;
  if (answer.condition) {
    report(call, {}, false);
    result.old = std::move(answer.condition->item);
    result.in_doubt = call.may_be_done;
    return result;
  }
  result.applied = true;
  result.consumed = parse(call, answer, [&](std::string_view name, simdjson::ondemand::value value) {
    if (name == "Attributes") result.attributes = read_item(value);
  });
  return result;
}

TransactResult Client::transact(std::span<const ItemWrite> items, std::string_view token) {
  std::string list = "[";
  for (const ItemWrite& item : items) {
    if (list.size() > 1) list += ',';
    list += Body{}.raw(member_of(item.kind), body_of(item).finish()).finish();
  }
  list += ']';
  Call call{"TransactWriteItems",
            {},
            Effect::writes,
            Body{}
                .raw("TransactItems", list)
                .text("ClientRequestToken", token)
                .text("ReturnConsumedCapacity", "TOTAL")
                .finish()};
  Answer answer = this->call(call);
  TransactResult result;
  if (answer.condition) {
    report(call, {}, false);
    result.in_doubt = call.may_be_done;
    result.reasons = std::move(answer.condition->reasons);
    result.reasons.resize(items.size(), {"None", {}, {}});
    return result;
  }
  result.applied = true;
  result.consumed = parse(call, answer, [](std::string_view, simdjson::ondemand::value) {});
  return result;
}

GetResult Client::get(std::string_view table, const Item& key, Consistency consistency) {
  Call call{"GetItem", table, Effect::reads,
            Body{}
                .text("TableName", table)
                .item("Key", key)
                .flag("ConsistentRead", consistency == Consistency::consistent)
                .text("ReturnConsumedCapacity", "TOTAL")
                .finish()};
  Answer answer = this->call(call);
  GetResult result;
  result.consumed = parse(call, answer, [&](std::string_view name, simdjson::ondemand::value value) {
    if (name == "Item") result.item = read_item(value);
  });
  return result;
}

ItemPage Client::page(Call& call, Documents documents) {
  Answer answer = this->call(call);
  ItemPage page;
  bool has_items = false;
  page.consumed = parse(call, answer, [&](std::string_view name, simdjson::ondemand::value value) {
    if (name == "Items") {
      has_items = true;
      each_element(value, [&](simdjson::ondemand::value item) { page.items.push_back(read_item(item, documents)); });
    } else if (name == "LastEvaluatedKey") {
      if (!is_null(value)) page.last_key = read_item(value);
    }
  });
  must_have(has_items, call.operation, call.table, "Items");
  return page;
}

ItemPage Client::query(const QueryRequest& request) {
  Body body;
  body.text("TableName", request.table);
  if (!request.index.empty()) body.text("IndexName", request.index);
  body.text("KeyConditionExpression", request.key.text);
  if (!request.filter.text.empty()) body.text("FilterExpression", request.filter.text);
  body.stand_ins(request.key);
  if (!request.forward) body.flag("ScanIndexForward", false);
  add_page_members(body, request.consistency, request.limit, request.after);
  Call call{"Query", request.table, Effect::reads, body.finish()};
  return page(call, request.documents);
}

ItemPage Client::scan(const ScanRequest& request) {
  Body body;
  body.text("TableName", request.table).number("Segment", request.segment).number("TotalSegments", request.segments);
  add_page_members(body, request.consistency, request.limit, request.after);
  Call call{"Scan", request.table, Effect::reads, body.finish()};
  return page(call, request.documents);
}

}  // namespace leftfold::inline v0::dynamodb
