// SPDX-License-Identifier: Apache-2.0
// What is asked of DynamoDB, and what it answers, as data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <leftfold/change_stream.h>
#include <leftfold/dynamodb_call.h>

#include "dynamodb/attribute_value.h"
#include "dynamodb/service_error.h"

namespace leftfold::inline v0::dynamodb {

/// An expression with what its #names and :values stand for.
struct Expression {
  std::string text;  ///< empty: none
  std::vector<std::pair<std::string, std::string>> names;
  Map values;
};

enum class Consistency { eventual, consistent };

/// PutItem, DeleteItem and ConditionCheck alike: `item` is the whole item for a put, else the key.
struct ItemWrite {
  enum class Kind { put, remove, check, update };
  Kind kind = Kind::put;
  std::string table;
  Item item;
  Expression condition;  ///< with the names and values of `update` too
  std::string update;    ///< UpdateExpression, for Kind::update
};

struct WriteResult {
  bool applied = false;            ///< false: the condition did not hold
  bool in_doubt = false;           ///< not applied: by the last attempt; one before it got no clear answer
  std::optional<Item> old;         ///< not applied: the item in the way, if the service sent it
  std::optional<Item> attributes;  ///< of an update: the item after it
  CapacityUnits consumed;
};

struct TransactResult {
  bool applied = false;                     ///< false: a condition did not hold
  bool in_doubt = false;                    ///< not applied: by the last attempt; one before it got no clear answer
  std::vector<CancellationReason> reasons;  ///< not applied: one an item, in the request's order
  CapacityUnits consumed;
};

struct GetResult {
  std::optional<Item> item;
  CapacityUnits consumed;
};

struct QueryRequest {
  std::string table;
  std::string index;  ///< empty: the table itself
  Expression key;
  Expression filter;  ///< its names and values go into those of `key`
  Consistency consistency = Consistency::consistent;
  bool forward = true;
  std::optional<int> limit;  ///< most items looked at
  Item after;                ///< where the last page ended; empty for the first
  Documents documents;
};

struct ScanRequest {
  std::string table;
  int segment = 0;
  int segments = 1;
  Consistency consistency = Consistency::eventual;
  std::optional<int> limit;
  Item after;
  Documents documents;
};

struct ItemPage {
  std::vector<Item> items;  ///< may be empty although there is more
  Item last_key;            ///< empty: there is no more
  CapacityUnits consumed;
};

struct KeyAttribute {
  std::string name;
  char type = 'S';  ///< S, N or B
};

struct CreateTableRequest {
  std::string table;
  KeyAttribute partition_key;
  std::optional<KeyAttribute> sort_key;
  bool stream_new_image = false;
  bool deletion_protection = false;
};

struct IndexDescription {
  std::string name;
  std::vector<KeyAttribute> key;
  std::string projection;  ///< ALL, KEYS_ONLY or INCLUDE
};

struct TableDescription {
  std::string status;       ///< ACTIVE, CREATING, UPDATING, DELETING, ...
  std::uint64_t items = 0;  ///< hours old
  std::vector<KeyAttribute> key;
  std::vector<IndexDescription> indexes;  ///< global ones
  std::string stream_arn;                 ///< of the newest stream; empty for none
  std::string stream_view_type;           ///< empty while no stream is enabled
};

struct ShardPage {
  std::vector<Shard> shards;
  std::string last;  ///< to go on from; empty: there is no more
};

struct RecordPage {
  ChangePage changes;  ///< its end says only what an answer says: none or closed
  std::string next;    ///< iterator to go on with; empty when the shard has ended
};

}  // namespace leftfold::inline v0::dynamodb
