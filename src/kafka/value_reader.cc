// SPDX-License-Identifier: Apache-2.0
#include "kafka/value_reader.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "kafka/event_ids.h"
#include "kafka/record_rules.h"

namespace leftfold::inline v0::kafka {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::int64_t kMaxInt32 = std::numeric_limits<std::int32_t>::max();

/// What one thread keeps between values: the parser's memory, and a copy of the value with the margin it needs.
struct Workspace {
  ondemand::parser parser;
  std::unique_ptr<char[]> copy;
  std::size_t capacity = 0;
};

[[noreturn]] void fail(const std::string& why) { throw Error{Errc::invalid_data, why}; }

}  // namespace

RecordedEvent ValueReader::read() {
  if (!record_.value) fail("it has no value (a tombstone)");
  if (record_.value->empty()) fail("its value is empty");
  event_.position = Position{record_.offset + 1};
  event_.partition = record_.partition;
  event_.committed_at = record_.timestamp;
  event_.payload = "{}";
  members(*record_.value);
  finish();
  return event_;
}

void ValueReader::members(std::string_view json) {
  thread_local Workspace workspace;
  if (workspace.capacity < json.size() + simdjson::SIMDJSON_PADDING) {
    workspace.capacity = std::max<std::size_t>(json.size(), 4096) + simdjson::SIMDJSON_PADDING;
    workspace.copy = std::make_unique_for_overwrite<char[]>(workspace.capacity);
  }
  char* const copy = workspace.copy.get();
  std::memcpy(copy, json.data(), json.size());
  std::memset(copy + json.size(), 0, simdjson::SIMDJSON_PADDING);

  ondemand::document document;
  check(workspace.parser.iterate(copy, json.size(), workspace.capacity).get(document));
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) {
    fail(std::string{"its value is no JSON object: "} + error_message(error));
  }
  for (auto result : object) {
    check(result.error());
    auto&& field = std::move(result).value_unsafe();
    std::string_view name;
    check(field.unescaped_key().get(name));
    member(name, field.value());
  }
  const char* rest = nullptr;
  if (document.current_location().get(rest) != simdjson::OUT_OF_BOUNDS) fail("something follows the JSON object");
}

void ValueReader::member(std::string_view name, Value& value) {
  const auto* const known = std::find(std::begin(kNames), std::end(kNames), name);
  if (known == std::end(kNames)) return;
  const auto member = static_cast<Member>(known - std::begin(kNames));
  const unsigned bit = 1U << static_cast<unsigned>(member);
  if ((seen_ & bit) != 0) fail(quoted(member) + " comes twice");
  seen_ |= bit;
  simdjson::ondemand::json_type type{};
  check(value.type().get(type));
  if (type == ondemand::json_type::null) {
    bool null = false;
    if (value.is_null().get(null) != simdjson::SUCCESS || !null) wrong(member, value, "JSON");
    return;
  }
  given_ |= bit;
  take(member, value);
}

void ValueReader::take(Member member, Value& value) {
  switch (member) {
    case Member::aggregate_id: event_.aggregate_id = text(member, value); return;
    case Member::version: event_.version = Version{integer(member, value, 0, kMaxVersion)}; return;
    case Member::event: event_.type = text(member, value); return;
    case Member::payload: event_.payload = object(member, value); return;
    case Member::committed_at:
      event_.committed_at = Timestamp{std::chrono::milliseconds{
          integer(member, value, kFirstTime.time_since_epoch().count(), kLastTime.time_since_epoch().count())}};
      return;
    case Member::event_id: event_.id = uuid(member, value); return;
    case Member::commit_id: event_.commit_id = uuid(member, value); return;
    case Member::commit_pos:
      event_.commit_pos = static_cast<std::int32_t>(integer(member, value, 0, kMaxInt32));
      return;
    case Member::commit_size:
      event_.commit_size = static_cast<std::int32_t>(integer(member, value, 1, kMaxInt32));
      return;
    case Member::schema_version:
      event_.schema_version = static_cast<std::int32_t>(integer(member, value, 1, kMaxInt32));
      return;
    case Member::metadata: event_.metadata = object(member, value); return;
  }
}

void ValueReader::finish() {
  for (const Member needed : {Member::aggregate_id, Member::version, Member::event}) {
    if (!has(needed)) fail(quoted(needed) + " is missing");
  }
  if (!is_aggregate_id(event_.aggregate_id)) fail("\"aggregateId\" is not a text of 1 to 1024 bytes without NUL");
  if (!is_name(event_.type)) fail("\"event\" is empty or holds a NUL");
  if (event_.type == kSnapshotNote || event_.type == kUnreadable) {
    fail("\"event\" is " + detail::in_quotes(event_.type) + ", which is no event's name");
  }
  if (event_.commit_pos >= event_.commit_size) fail("\"commitPos\" and \"commitSize\" do not fit");
  if (!has(Member::event_id)) {
    event_.id = id_of_event(event_.aggregate_id, event_.version);
    if (event_.type == kNodeSnapshot) event_.type = kSnapshotNote;
  }
  if (!has(Member::commit_id)) event_.commit_id = event_.id;
}

std::string_view ValueReader::text(Member member, Value& value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) wrong(member, value, "a text");
  return text;
}

std::int64_t ValueReader::integer(Member member, Value& value, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  if (value.get_int64().get(number) != simdjson::SUCCESS || number < least || number > most) {
    wrong(member, value, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

Uuid ValueReader::uuid(Member member, Value& value) {
  const auto id = Uuid::parse(text(member, value));
  if (!id) fail(quoted(member) + " is no UUID");
  return *id;
}

std::string_view ValueReader::object(Member member, Value& value) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) wrong(member, value, "a JSON object");
  std::string_view json;
  check(object.raw_json().get(json));
  // It reaches to the next token; and brackets are only counted.
  const std::size_t end = json.find_last_not_of(" \t\r\n");
  if (end == json.npos || json[end] != '}') fail(quoted(member) + " is malformed JSON");
  return json.substr(0, end + 1);
}

std::string ValueReader::quoted(Member member) {
  return '"' + std::string{kNames[static_cast<std::size_t>(member)]} + '"';
}

void ValueReader::wrong(Member member, Value& value, const std::string& expected) {
  std::string_view token = value.raw_json_token();
  token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
  fail(quoted(member) + " is not " + expected + " but " + detail::in_quotes(token));
}

void ValueReader::check(simdjson::error_code error) {
  if (error != simdjson::SUCCESS) fail(std::string{"malformed JSON: "} + error_message(error));
}

}  // namespace leftfold::inline v0::kafka
