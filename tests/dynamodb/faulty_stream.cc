// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/faulty_stream.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "dynamodb/body.h"
#include "dynamodb/event_item.h"
#include "dynamodb/table_changes.h"
#include "dynamodb/wire.h"

namespace leftfold::test_dynamodb {
namespace {

using dynamodb::Body;
using simdjson::ondemand::value;
using test_support::HttpReply;

HttpReply refusal(const std::string& type, const std::string& message = {}) {
  HttpReply reply;
  reply.status = 400;
  reply.headers = {{"Content-Type", "application/x-amz-json-1.0"}};
  reply.body = Body{}.text("__type", "com.amazonaws.dynamodb.v20120810#" + type).text("message", message).finish();
  return reply;
}

HttpReply success(std::string body) {
  HttpReply reply;
  reply.headers = {{"Content-Type", "application/x-amz-json-1.0"}};
  reply.body = std::move(body);
  return reply;
}

std::string as_list(const std::vector<std::string>& elements) {
  std::string list = "[";
  for (const std::string& element : elements) list += (list.size() > 1 ? "," : "") + element;
  return list + "]";
}

std::string shard_json(const Shard& shard) {
  Body range;
  range.text("StartingSequenceNumber", sequence_number(1));
  if (shard.closed) range.text("EndingSequenceNumber", sequence_number(1'000'000'000));
  Body body;
  body.text("ShardId", shard.id).raw("SequenceNumberRange", range.finish());
  if (!shard.parent.empty()) body.text("ParentShardId", shard.parent);
  return body.finish();
}

/// A text or number among the members of a request.
std::string member(std::string body, std::string_view wanted) {
  std::string found;
  dynamodb::read_object(body, [&](std::string_view name, value in) {
    if (name != wanted) return;
    std::string_view json;
    dynamodb::check(simdjson::to_json_string(in).get(json));
    found = json;
  });
  if (found.size() >= 2 && found.front() == '"') return found.substr(1, found.size() - 2);
  return found;
}

/// What the record is about.
std::string item_of(std::string record) {
  std::string item;
  dynamodb::read_object(record, [&](std::string_view name, value in) {
    if (name != "dynamodb") return;
    dynamodb::each_member(in, [&](std::string_view part, value held) {
      if (part != "Keys") return;
      std::string_view json;
      dynamodb::check(simdjson::to_json_string(held).get(json));
      item = json;
    });
  });
  return item;
}

std::size_t number_in(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

FaultyStream::FaultyStream(const DynamoDbOptions& direct, const StreamFaults& faults)
    : faults_{faults},
      table_{direct.events_table},
      transports_{dynamodb::connect_all(direct)},
      tables_{*transports_.tables, dynamodb::client_options(direct)},
      streams_{*transports_.streams, dynamodb::client_options(direct)},
      random_{faults.seed} {
  add_stream();
}

void FaultyStream::add_stream() {
  const std::string label = std::to_string(made_.size() + 1);
  made_.push_back(std::make_unique<Stream>(
      Stream{"arn:aws:dynamodb:proxy:000000000000:table/" + table_ + "/stream/" + label, ShardGraph{faults_, label}}));
}

bool FaultyStream::one_in(int count) { return count > 0 && std::uniform_int_distribution<int>{1, count}(random_) == 1; }

FaultyStream::Stream* FaultyStream::find(std::string_view arn) {
  const auto found = std::ranges::find_if(made_, [&](const auto& stream) { return stream->arn == arn; });
  return found == made_.end() ? nullptr : found->get();
}

void FaultyStream::pull() {
  if (real_iterator_.empty()) {
    dynamodb::TableChanges changes{tables_, streams_, table_};
    const ShardList list = changes.shards();
    if (list.shards.size() != 1) throw std::logic_error{"the real stream has more than one shard"};
    real_iterator_ = streams_.shard_iterator(list.stream, list.shards[0].id, {});
  }
  for (bool more = true; more;) {
    const std::string body = Body{}.text("ShardIterator", real_iterator_).number("Limit", 1000).finish();
    dynamodb::Exchange got = transports_.streams->send("GetRecords", body, system_clock().now(), {});
    if (got.response.status != 200) throw std::runtime_error{"GetRecords: " + got.response.body};
    more = false;
    dynamodb::read_object(got.response.body, [&](std::string_view name, value in) {
      if (name == "NextShardIterator") real_iterator_ = dynamodb::text_of(in);
      if (name != "Records") return;
      dynamodb::each_element(in, [&](value record) {
        std::string_view json;
        dynamodb::check(simdjson::to_json_string(record).get(json));
        held_.push_back({item_of(std::string{json}), std::string{json}, {}});
        ++counts_.records;
        more = true;
      });
    });
    if (!enabled_) {
      counts_.lost += held_.size();
      held_.clear();
    } else if (held_.size() >= faults_.window || !more) {
      made_.back()->graph.add(std::exchange(held_, {}));
    }
  }
}

HttpReply FaultyStream::answer(std::string_view operation, const std::string& body) {
  const std::scoped_lock lock{mutex_};
  if (limited_calls_ > 0 || one_in(faults_.limit_one_in)) {
    limited_calls_ = std::max(limited_calls_ - 1, 0);
    ++counts_.limited;
    return refusal("LimitExceededException", "slow down");
  }
  pull();
  if (operation == "DescribeStream") return describe(body);
  if (operation == "GetShardIterator") return iterator(body);
  if (operation == "GetRecords") return records(body);
  return refusal("UnknownOperationException", std::string{operation});
}

std::string FaultyStream::described(std::string table) {
  const std::scoped_lock lock{mutex_};
  constexpr std::string_view kName = "\"LatestStreamArn\":\"";
  const std::size_t from = table.find(kName);
  if (from == table.npos || table.find("\"" + table_ + "\"") == table.npos) return table;
  const std::size_t begin = from + kName.size();
  return table.replace(begin, table.find('"', begin) - begin, made_.back()->arn);
}

HttpReply FaultyStream::describe(const std::string& body) {
  Stream* const stream = find(member(body, "StreamArn"));
  if (stream == nullptr) return refusal_of(ShardGraph::Page::Outcome::gone);
  const std::string filter = member(body, "ShardFilter");
  const std::vector<Shard> shards = stream->graph.list(filter.empty() ? filter : member(filter, "ShardId"));
  // Lists change between their pages, and so do the places of shards in them.
  auto next = std::ranges::find(shards, member(body, "ExclusiveStartShardId"), &Shard::id);
  next = next == shards.end() ? shards.begin() : next + 1;
  std::vector<std::string> page;
  std::string last;
  for (; next != shards.end() && page.size() < faults_.list_page; ++next) {
    page.push_back(shard_json(*next));
    last = next->id;
  }
  Body description;
  description.text("StreamArn", stream->arn).text("StreamStatus", "ENABLED").raw("Shards", as_list(page));
  if (next != shards.end()) description.text("LastEvaluatedShardId", last);
  return success(Body{}.raw("StreamDescription", description.finish()).finish());
}

HttpReply FaultyStream::refusal_of(ShardGraph::Page::Outcome outcome) {
  if (outcome == ShardGraph::Page::Outcome::trimmed) {
    ++counts_.trimmed;
    return refusal("TrimmedDataAccessException", "the records are gone");
  }
  ++counts_.gone;
  return refusal("ResourceNotFoundException", "the shard is gone");
}

/// ARN, shard, place and age: a table's name has no "|".
std::string FaultyStream::write_iterator(const Stream& stream, const std::string& shard, std::size_t place) const {
  return stream.arn + "|" + shard + "|" + std::to_string(place) + "|" + std::to_string(age_);
}

HttpReply FaultyStream::iterator(const std::string& body) {
  Stream* const stream = find(member(body, "StreamArn"));
  const std::string shard = member(body, "ShardId");
  if (stream == nullptr) return refusal_of(ShardGraph::Page::Outcome::gone);
  const ShardGraph::Page page = stream->graph.place(shard, member(body, "SequenceNumber"));
  if (page.outcome != ShardGraph::Page::Outcome::records) return refusal_of(page.outcome);
  return success(Body{}.text("ShardIterator", write_iterator(*stream, shard, page.next)).finish());
}

HttpReply FaultyStream::records(const std::string& body) {
  std::vector<std::string> parts;
  std::string rest = member(body, "ShardIterator") + "|";
  for (std::size_t end = rest.find('|'); end != rest.npos; end = rest.find('|')) {
    parts.push_back(rest.substr(0, end));
    rest.erase(0, end + 1);
  }
  if (parts.size() != 4) return refusal("ValidationException", "Invalid ShardIterator");
  Stream* const stream = find(parts[0]);
  if (stream == nullptr) return refusal_of(ShardGraph::Page::Outcome::gone);
  if (parts[3] != std::to_string(age_) || one_in(faults_.expire_one_in)) {
    ++counts_.expired;
    return refusal("ExpiredIteratorException", "15 minutes have passed");
  }
  const std::size_t place = number_in(parts[2]);
  const std::size_t limit = number_in(member(body, "Limit"));
  ShardGraph::Page page = stream->graph.read(parts[1], place, limit == 0 ? dynamodb::kMostRecords : limit);
  if (page.outcome != ShardGraph::Page::Outcome::records) return refusal_of(page.outcome);
  Body answer;
  if (!page.records.empty() && one_in(faults_.empty_one_in)) {
    ++counts_.empty;
    page.records.clear();
    page.next = place;
    page.ended = false;
  } else if (!page.records.empty() && one_in(faults_.repeat_one_in)) {
    ++counts_.repeated;
    page.next = place;
    page.ended = false;
  }
  answer.raw("Records", as_list(page.records));
  if (!page.ended) answer.text("NextShardIterator", write_iterator(*stream, parts[1], page.next));
  return success(answer.finish());
}

void FaultyStream::expire_iterators() {
  const std::scoped_lock lock{mutex_};
  ++age_;
}

void FaultyStream::limit(int calls) {
  const std::scoped_lock lock{mutex_};
  limited_calls_ = calls;
}

std::size_t FaultyStream::trim(std::size_t records) {
  const std::scoped_lock lock{mutex_};
  pull();
  std::size_t done = 0;
  for (const auto& stream : made_) done += stream->graph.trim(records - done);
  return done;
}

std::size_t FaultyStream::forget_shards() {
  const std::scoped_lock lock{mutex_};
  std::size_t forgotten = 0;
  for (const auto& stream : made_) forgotten += stream->graph.forget();
  return forgotten;
}

void FaultyStream::disable() {
  const std::scoped_lock lock{mutex_};
  pull();
  made_.back()->graph.close();
  enabled_ = false;
}

void FaultyStream::enable() {
  const std::scoped_lock lock{mutex_};
  pull();  // what was stored meanwhile is lost
  add_stream();
  enabled_ = true;
}

std::string FaultyStream::stream() const {
  const std::scoped_lock lock{mutex_};
  return made_.back()->arn;
}

FaultyStream::Counts FaultyStream::counts() const {
  const std::scoped_lock lock{mutex_};
  Counts counts = counts_;
  for (const auto& stream : made_) {
    counts.shards += stream->graph.shards();
    counts.splits += stream->graph.splits();
    counts.rollovers += stream->graph.rollovers();
    counts.generations += stream->graph.generations();
  }
  return counts;
}

}  // namespace leftfold::test_dynamodb
