// SPDX-License-Identifier: Apache-2.0
// Calls on tables.
#include <leftfold/error.h>

#include "dynamodb/body.h"
#include "dynamodb/client.h"
#include "dynamodb/client_call.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using simdjson::ondemand::value;

constexpr auto kIgnore = [](std::string_view, value) {};

void read_key(value in, std::vector<KeyAttribute>& key) {
  each_element(in, [&](value element) {
    each_member(element, [&](std::string_view name, value text) {
      if (name == "AttributeName") key.push_back({std::string{text_of(text)}, '?'});
    });
  });
}

void read_types(value in, std::vector<KeyAttribute>& types) {
  each_element(in, [&](value element) {
    KeyAttribute attribute;
    each_member(element, [&](std::string_view name, value text) {
      if (name == "AttributeName") attribute.name = text_of(text);
      else if (name == "AttributeType") {
        const std::string_view type = text_of(text);
        attribute.type = type.empty() ? '?' : type.front();
      }
    });
    types.push_back(attribute);
  });
}

IndexDescription read_index(value in) {
  IndexDescription index;
  each_member(in, [&](std::string_view name, value held) {
    if (name == "IndexName") index.name = text_of(held);
    else if (name == "KeySchema") read_key(held, index.key);
    else if (name == "Projection") {
      each_member(held, [&](std::string_view part, value text) {
        if (part == "ProjectionType") index.projection = text_of(text);
      });
    }
  });
  return index;
}

void add_types(std::vector<KeyAttribute>& keys, const std::vector<KeyAttribute>& types) {
  for (KeyAttribute& key : keys) {
    for (const KeyAttribute& type : types) {
      if (type.name == key.name) key.type = type.type;
    }
  }
}

TableDescription read_table(value in) {
  TableDescription table;
  std::vector<KeyAttribute> types;
  each_member(in, [&](std::string_view name, value held) {
    if (name == "TableStatus") table.status = text_of(held);
    else if (name == "ItemCount") check(held.get_uint64().get(table.items));
    else if (name == "KeySchema") read_key(held, table.key);
    else if (name == "AttributeDefinitions") read_types(held, types);
    else if (name == "GlobalSecondaryIndexes") {
      if (is_null(held)) return;
      each_element(held, [&](value index) { table.indexes.push_back(read_index(index)); });
    } else if (name == "LatestStreamArn") {
      if (!is_null(held)) table.stream_arn = text_of(held);
    } else if (name == "StreamSpecification") {
      if (is_null(held)) return;
      each_member(held, [&](std::string_view part, value text) {
        if (part == "StreamViewType") table.stream_view_type = text_of(text);
      });
    }
  });
  add_types(table.key, types);
  for (IndexDescription& index : table.indexes) add_types(index.key, types);
  return table;
}

std::string definition(const KeyAttribute& key) {
  return Body{}.text("AttributeName", key.name).text("AttributeType", std::string(1, key.type)).finish();
}

std::string schema(const KeyAttribute& key, std::string_view role) {
  return Body{}.text("AttributeName", key.name).text("KeyType", role).finish();
}

}  // namespace

void Client::create_table(const CreateTableRequest& request) {
  std::string definitions = "[" + definition(request.partition_key);
  std::string keys = "[" + schema(request.partition_key, "HASH");
  if (request.sort_key) {
    definitions += "," + definition(*request.sort_key);
    keys += "," + schema(*request.sort_key, "RANGE");
  }
  Body body;
  body.text("TableName", request.table)
      .raw("AttributeDefinitions", definitions + "]")
      .raw("KeySchema", keys + "]")
      .text("BillingMode", "PAY_PER_REQUEST");
  if (request.deletion_protection) body.flag("DeletionProtectionEnabled", true);
  if (request.stream_new_image) {
    body.raw("StreamSpecification", Body{}.flag("StreamEnabled", true).text("StreamViewType", "NEW_IMAGE").finish());
  }
  Call call{"CreateTable", request.table, Effect::writes, body.finish()};
  Answer answer = this->call(call);
  parse(call, answer, kIgnore);
}

std::optional<TableDescription> Client::describe_table(std::string_view table) {
  Call call{"DescribeTable", table, Effect::reads, Body{}.text("TableName", table).finish()};
  try {
    Answer answer = this->call(call);
    std::optional<TableDescription> found;
    parse(call, answer, [&](std::string_view name, value in) {
      if (name == "Table") found = read_table(in);
    });
    return found;
  } catch (const Error& e) {
    if (e.code() == Errc::not_found) return std::nullopt;
    throw;
  }
}

void Client::delete_table(std::string_view table) {
  Call call{"DeleteTable", table, Effect::writes, Body{}.text("TableName", table).finish()};
  Answer answer = this->call(call);
  parse(call, answer, kIgnore);
}

void Client::enable_point_in_time_recovery(std::string_view table) {
  Call call{"UpdateContinuousBackups", table, Effect::writes,
            Body{}
                .text("TableName", table)
                .raw("PointInTimeRecoverySpecification", Body{}.flag("PointInTimeRecoveryEnabled", true).finish())
                .finish()};
  Answer answer = this->call(call);
  parse(call, answer, kIgnore);
}

void Client::enable_time_to_live(std::string_view table, std::string_view attribute) {
  Call call{"UpdateTimeToLive", table, Effect::writes,
            Body{}
                .text("TableName", table)
                .raw("TimeToLiveSpecification", Body{}.flag("Enabled", true).text("AttributeName", attribute).finish())
                .finish()};
  Answer answer = this->call(call);
  parse(call, answer, kIgnore);
}

std::string Client::time_to_live(std::string_view table) {
  Call call{"DescribeTimeToLive", table, Effect::reads, Body{}.text("TableName", table).finish()};
  Answer answer = this->call(call);
  std::string attribute, status;
  parse(call, answer, [&](std::string_view name, value in) {
    if (name != "TimeToLiveDescription") return;
    each_member(in, [&](std::string_view part, value text) {
      if (part == "AttributeName") attribute = text_of(text);
      else if (part == "TimeToLiveStatus") status = text_of(text);
    });
  });
  return status == "ENABLED" || status == "ENABLING" ? attribute : std::string{};
}

bool is_refusal(const Error& error, std::string_view type) {
  const auto* const refused = dynamic_cast<const ServiceError*>(&error);
  return refused != nullptr && refused->refusal().type == type;
}

bool already_there(const Error& error) { return is_refusal(error, "ResourceInUseException"); }
bool not_ready_yet(const Error& error) { return is_refusal(error, "ContinuousBackupsUnavailableException"); }

}  // namespace leftfold::inline v0::dynamodb
