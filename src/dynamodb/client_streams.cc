// SPDX-License-Identifier: Apache-2.0
// Calls on a table's stream.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
#include <algorithm>

#include <leftfold/error.h>

#include "dynamodb/body.h"
#include "dynamodb/client.h"
#include "dynamodb/client_call.h"
#include "dynamodb/stream_records.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using simdjson::ondemand::value;

constexpr std::int64_t kMostShards = 100;  // a page's

Shard read_shard(value in) {
  Shard shard;
  each_member(in, [&](std::string_view name, value held) {
    if (is_null(held)) return;
    if (name == "ShardId") shard.id = text_of(held);
    else if (name == "ParentShardId") shard.parent = text_of(held);
    else if (name == "SequenceNumberRange") {
      each_member(held, [&](std::string_view part, value number) {
        if (part == "EndingSequenceNumber" && !is_null(number)) shard.closed = true;
      });
    }
  });
  return shard;
}

}  // namespace

ShardPage Client::describe_stream(std::string_view stream, std::string_view after, std::string_view children_of) {
  Body body;
  body.text("StreamArn", stream).number("Limit", kMostShards);
  if (!after.empty()) body.text("ExclusiveStartShardId", after);
  if (!children_of.empty()) {
    body.raw("ShardFilter", Body{}.text("Type", "CHILD_SHARDS").text("ShardId", children_of).finish());
  }
  Call call{"DescribeStream", stream, Effect::reads, body.finish()};
  Answer answer = this->call(call);
  ShardPage page;
  bool described = false;
  parse(call, answer, [&](std::string_view name, value in) {
    if (name != "StreamDescription") return;
    described = true;
    each_member(in, [&](std::string_view part, value held) {
      if (is_null(held)) return;
      if (part == "Shards") each_element(held, [&](value shard) { page.shards.push_back(read_shard(shard)); });
      else if (part == "LastEvaluatedShardId") page.last = text_of(held);
    });
  });
  must_have(described, call.operation, stream, "StreamDescription");
  return page;
}

std::string Client::shard_iterator(std::string_view stream, std::string_view shard, std::string_view after) {
  Body body;
  body.text("StreamArn", stream).text("ShardId", shard);
  if (after.empty()) body.text("ShardIteratorType", "TRIM_HORIZON");
  else body.text("ShardIteratorType", "AFTER_SEQUENCE_NUMBER").text("SequenceNumber", after);
  Call call{"GetShardIterator", stream, Effect::reads, body.finish()};
  Answer answer = this->call(call);
  std::string iterator;
  parse(call, answer, [&](std::string_view name, value in) {
    if (name == "ShardIterator" && !is_null(in)) iterator = text_of(in);
  });
  must_have(!iterator.empty(), call.operation, stream, "ShardIterator");
  return iterator;
}

RecordPage Client::get_records(std::string_view stream, std::string_view iterator, std::size_t max) {
  const auto limit = static_cast<std::int64_t>(std::clamp<std::size_t>(max, 1, kMostRecords));
  Call call{"GetRecords", stream, Effect::reads,
            Body{}.text("ShardIterator", iterator).number("Limit", limit).finish()};
  Answer answer = this->call(call);
  RecordPage page;
  bool has_records = false;
  parse(call, answer, [&](std::string_view name, value in) {
    if (is_null(in)) return;
    if (name == "NextShardIterator") page.next = text_of(in);
    if (name != "Records") return;
    has_records = true;
    add_records(page.changes, in, options_.clock->now() + std::chrono::milliseconds{skew_ms_.load()});
  });
  must_have(has_records, call.operation, stream, "Records");
  if (page.next.empty()) page.changes.end = ChangePage::End::closed;
  return page;
}

}  // namespace leftfold::inline v0::dynamodb
