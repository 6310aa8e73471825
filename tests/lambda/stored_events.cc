// SPDX-License-Identifier: Apache-2.0
#include "lambda/stored_events.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <leftfold/change_stream.h>
#include <leftfold/uuid.h>

#include "dynamodb/body.h"
#include "dynamodb/event_item.h"
#include "dynamodb/wire.h"
#include "support/stream_records.h"

namespace leftfold::test_lambda {
namespace {

using simdjson::ondemand::value;

constexpr std::size_t kMostInCommit = 100;

NewEvent added(std::size_t payload_bytes) {
  return {Uuid::v7(system_clock().now()), "ItemAdded", R"({"text":")" + std::string(payload_bytes, 'x') + "\"}", {}, 1};
}

std::string json_of(value in) {
  std::string_view json;
  dynamodb::check(simdjson::to_json_string(in).get(json));
  return std::string{json};
}

TableRecord read_record(std::string json) {
  TableRecord record;
  record.json = json;
  record.json.insert(record.json.rfind('}'), R"(,"eventSourceARN":"arn:aws:dynamodb:table")");
  dynamodb::read_object(json, [&](std::string_view name, value in) {
    if (name != "dynamodb") return;
    dynamodb::each_member(in, [&](std::string_view part, value held) {
      if (part == "SequenceNumber") record.sequence = dynamodb::text_of(held);
      if (part != "Keys") return;
      const dynamodb::Item keys = dynamodb::read_item(held);
      record.aggregate_id = *dynamodb::find_text(keys, dynamodb::kAggregateId);
      record.version = Version{dynamodb::find_integer(keys, dynamodb::kVersion).value()};
    });
  });
  return record;
}

}  // namespace

std::string batch_of(const std::vector<TableRecord>& records) {
  std::string json = R"({"Records":[)";
  for (const TableRecord& one : records) json += (json.back() == '[' ? "" : ",") + one.json;
  return json + "]}";
}

TableRecord damaged(const TableRecord& record) {
  TableRecord other = record;
  other.json =
      test_support::StreamRecord{
          .sequence = record.sequence,
          .keys = test_support::json_of(dynamodb::event_key(record.aggregate_id, record.version)),
          .image = "{}"}
          .json();
  return other;
}

StoredEvents::StoredEvents()
    : store_{tables_.options()},
      transports_{dynamodb::connect_all(tables_.options())},
      tables_client_{*transports_.tables, dynamodb::client_options(tables_.options())} {
  dynamodb::Client streams{*transports_.streams, dynamodb::client_options(tables_.options())};
  const ShardList list = store_.published().changes->shards();
  if (list.shards.size() != 1) throw std::runtime_error{"the table's stream has more than one shard"};
  stream_ = list.stream;
  iterator_ = streams.shard_iterator(stream_, list.shards[0].id, {});
}

std::vector<TableRecord> StoredEvents::append(const std::string& aggregate_id, std::size_t count,
                                              std::size_t payload_bytes) {
  for (std::size_t left = count; left > 0;) {
    AppendRequest request;
    request.aggregate_id = aggregate_id;
    for (std::size_t i = std::min(left, kMostInCommit); i > 0; --i) request.events.push_back(added(payload_bytes));
    AppendResult result = store_.append(request);
    if (const auto* conflict = std::get_if<Conflict>(&result)) {
      request.expected = conflict->actual;
      result = store_.append(request);
    }
    if (!std::holds_alternative<Appended>(result)) throw std::runtime_error{"another one writes this aggregate"};
    left -= request.events.size();
  }
  return next(count);
}

TableRecord StoredEvents::put_garbage(const std::string& aggregate_id) {
  const EventPage page = store_.read_stream(aggregate_id, Version{0}, 1'000);
  const Version version = page.empty() ? Version{0} : page.back().version.next();
  put(dynamodb::event_key(aggregate_id, version));
  return next(1).front();
}

TableRecord StoredEvents::mend(const TableRecord& garbage) {
  AppendRequest request;
  request.aggregate_id = garbage.aggregate_id;
  request.expected = Version{garbage.version.value() - 1};
  request.events.push_back(added(10));
  put(dynamodb::event_item(request, 0, system_clock().now()));
  return next(1).front();
}

void StoredEvents::put(dynamodb::Item item) {
  dynamodb::ItemWrite write;
  write.table = table().events_table;
  write.item = std::move(item);
  if (!tables_client_.write(write).applied) throw std::runtime_error{"an item was not stored"};
}

// What the server has read so far may be less than what was stored; the test's own time limit ends the wait.
std::vector<TableRecord> StoredEvents::next(std::size_t count) {
  while (read_.size() < count) read();
  const auto end = read_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<TableRecord> records{std::make_move_iterator(read_.begin()), std::make_move_iterator(end)};
  read_.erase(read_.begin(), end);
  return records;
}

void StoredEvents::read() {
  const std::string body = dynamodb::Body{}.text("ShardIterator", iterator_).number("Limit", 1'000).finish();
  std::string answer = transports_.streams->send("GetRecords", body, system_clock().now(), {}).response.body;
  std::vector<std::string> records;
  iterator_.clear();
  dynamodb::read_object(answer, [&](std::string_view name, value in) {
    if (name == "NextShardIterator") iterator_ = dynamodb::text_of(in);
    if (name == "Records") dynamodb::each_element(in, [&](value record) { records.push_back(json_of(record)); });
  });
  if (iterator_.empty()) throw std::runtime_error{"GetRecords gave no next iterator: " + answer};
  for (std::string& record : records) read_.push_back(read_record(std::move(record)));
}

}  // namespace leftfold::test_lambda
