// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/event_item.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/payload.h"
#include "http/sha256.h"

namespace leftfold::inline v0::dynamodb {
namespace {

using detail::in_quotes;

constexpr std::string_view kNodeSnapshot = "Snapshot";
constexpr std::int64_t kMostVersion = std::numeric_limits<std::int64_t>::max() - 1;  // each has a next one

Map map_of(const AppendRequest& request, std::size_t i, std::string_view what, std::string_view json) {
  try {
    return to_map(json);
  } catch (const Error& e) {
    throw Error{e.code(), "append to aggregate " + in_quotes(request.aggregate_id) + ": event " + std::to_string(i) +
                              " (" + in_quotes(request.events[i].type) + "), " + std::string{what} + ": " + e.what()};
  }
}

/// What belongs to one event in either layout.
void add_event_attributes(Item& item, const AppendRequest& request, std::size_t i) {
  const NewEvent& event = request.events[i];
  item.push_back({"event", event.type});
  item.push_back({"payload", map_of(request, i, "payload", event.payload)});
  item.push_back({"eventId", bytes_of(event.id)});
  if (event.schema_version != 1) item.push_back({"schemaVersion", number(event.schema_version)});
  if (!event.metadata.empty()) item.push_back({"metadata", map_of(request, i, "metadata", event.metadata)});
}

void add_commit_attributes(Item& item, const AppendRequest& request, Timestamp committed_at) {
  item.push_back({"committedAt", number(committed_at.time_since_epoch().count())});
  item.push_back({"commitId", bytes_of(request.events.front().id)});
}

[[noreturn]] void corrupt(std::string_view aggregate_id, const Item& item, const std::string& why) {
  const auto version = find_integer(item, kVersion);
  throw Error{Errc::corrupt, "aggregate " + in_quotes(aggregate_id) + ", version " +
                                 (version ? std::to_string(*version) : "unreadable") + ": " + why +
                                 "; look at the item in the events table"};
}

/// The identity of an event that the Node library wrote: the same at every reading (UUID version 8, RFC 9562).
Uuid id_of_place(std::string_view aggregate_id, Version version) {
  const http::Digest digest = http::sha256(std::string{aggregate_id} + '\0' + std::to_string(version.value()));
  std::array<std::uint8_t, 16> raw{};
  std::memcpy(raw.data(), digest.data(), raw.size());
  raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0fU) | 0x80U);
  raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3fU) | 0x80U);
  return Uuid{raw};
}

/// The events of a packed item; null for an item of one event.
const List* packed(const Item& item) { return find_list(item, "events"); }

RecordedEvent record(const ItemHead& head, std::string_view aggregate_id, std::int64_t place) {
  RecordedEvent event;
  event.version = Version{head.first.value() + place};
  event.committed_at = head.committed_at;
  event.commit_id = head.commit_id;
  event.commit_pos = static_cast<std::int32_t>(head.commit_pos + place);
  event.commit_size = static_cast<std::int32_t>(head.commit_size);
  event.aggregate_id = aggregate_id;
  return event;
}

/// The JSON of the map called `name`: as it was read, or written to `text`, which is the answer when there is none.
std::string_view document_in(const Map& attributes, std::string_view name, std::string& text) {
  const AttributeValue* const value = find(attributes, name);
  if (value == nullptr) return text;
  if (const auto* const json = value->as<JsonText>()) return json->text;
  if (const auto* const map = value->as<Map>()) text = to_json(*map);
  return text;
}

/// Fills in what belongs to one event and adds it.
void add_event(EventPage& page, RecordedEvent event, const Item& item, const Map& attributes) {
  const std::string* const type = find_text(attributes, "event");
  if (type == nullptr || type->empty()) corrupt(event.aggregate_id, item, "it has no event name");
  const auto id = find_uuid(attributes, "eventId");
  const std::int64_t schema_version = find_integer(attributes, "schemaVersion").value_or(1);
  if (schema_version < 1 || schema_version > std::numeric_limits<std::int32_t>::max()) {
    corrupt(event.aggregate_id, item, "its schemaVersion is out of range");
  }
  event.schema_version = static_cast<std::int32_t>(schema_version);
  event.id = id ? *id : id_of_place(event.aggregate_id, event.version);
  event.type = !id && *type == kNodeSnapshot ? kSnapshotNote : std::string_view{*type};
  std::string payload = "{}", metadata;
  event.payload = document_in(attributes, "payload", payload);
  event.metadata = document_in(attributes, "metadata", metadata);
  page.add(event);
}

}  // namespace

Item event_key(std::string_view aggregate_id, Version version) {
  constexpr std::size_t kUsual = 10;  // attributes of an event
  Item key;
  key.reserve(kUsual);
  key.push_back({std::string{kAggregateId}, aggregate_id});
  key.push_back({std::string{kVersion}, number(version.value())});
  return key;
}

Item event_item(const AppendRequest& request, std::size_t i, Timestamp committed_at) {
  Item item = event_key(request.aggregate_id, Version{request.expected.value() + 1 + static_cast<std::int64_t>(i)});
  add_event_attributes(item, request, i);
  add_commit_attributes(item, request, committed_at);
  if (request.events.size() > 1) {
    item.push_back({"commitPos", number(static_cast<std::int64_t>(i))});
    item.push_back({"commitSize", number(static_cast<std::int64_t>(request.events.size()))});
  }
  return item;
}

Item commit_item(const AppendRequest& request, Timestamp committed_at) {
  if (request.events.size() == 1) return event_item(request, 0, committed_at);
  Item item = event_key(request.aggregate_id, request.expected.next());
  List events;
  for (std::size_t i = 0; i < request.events.size(); ++i) {
    Map event;
    add_event_attributes(event, request, i);
    events.emplace_back(std::move(event));
  }
  item.push_back({"events", std::move(events)});
  add_commit_attributes(item, request, committed_at);
  item.push_back({"commitSize", number(static_cast<std::int64_t>(request.events.size()))});
  return item;
}

std::optional<Version> version_of(const Item& item) {
  const auto version = find_integer(item, kVersion);
  if (!version || *version < 0 || *version > kMostVersion) return std::nullopt;
  return Version{*version};
}

Version last_told(const Item& item, Version first) {
  const List* const events = packed(item);
  if (events == nullptr || events->empty()) return first;
  return Version{first.value() + std::min(static_cast<std::int64_t>(events->size()) - 1, kMostVersion - first.value())};
}

ItemHead head_of(std::string_view aggregate_id, const Item& item) {
  ItemHead head;
  const auto version = version_of(item);
  if (!version) corrupt(aggregate_id, item, "its version is no whole number from 0 to 2^63 - 2");
  head.first = *version;
  head.committed_at = Timestamp{std::chrono::milliseconds{find_integer(item, "committedAt").value_or(0)}};
  const auto commit = find_uuid(item, "commitId");
  head.commit_id = commit ? *commit : id_of_place(aggregate_id, head.first);
  head.commit_pos = find_integer(item, "commitPos").value_or(0);
  head.commit_size = find_integer(item, "commitSize").value_or(1);
  constexpr std::int64_t kMostEvents = std::numeric_limits<std::int32_t>::max();
  if (head.commit_size < 1 || head.commit_size > kMostEvents || head.commit_pos < 0 ||
      head.commit_pos >= head.commit_size) {
    corrupt(aggregate_id, item, "its commitPos and commitSize do not fit");
  }
  if (head.first.value() > kMostVersion - (head.commit_size - 1)) {
    corrupt(aggregate_id, item, "the versions of its commit go beyond 2^63 - 2");
  }
  const List* const events = packed(item);
  if (events != nullptr && static_cast<std::int64_t>(events->size()) != head.commit_size) {
    corrupt(aggregate_id, item, "its list of events is not of commitSize");
  }
  head.last = events != nullptr ? Version{head.first.value() + head.commit_size - 1} : head.first;
  return head;
}

std::size_t add_events(EventPage& page, std::string_view aggregate_id, const ItemHead& head, const Item& item,
                       Version from, std::size_t max) {
  const List* const events = packed(item);
  if (events == nullptr) {
    if (head.first < from) return 0;
    if (max > 0) add_event(page, record(head, aggregate_id, 0), item, item);
    return 1;
  }
  const auto size = static_cast<std::int64_t>(events->size());
  const std::int64_t first = std::clamp<std::int64_t>(from.value() - head.first.value(), 0, size);
  for (std::int64_t i = first; i < size && static_cast<std::size_t>(i - first) < max; ++i) {
    const Map* const attributes = (*events)[static_cast<std::size_t>(i)].as<Map>();
    if (attributes == nullptr) corrupt(aggregate_id, item, "its list of events holds something else");
    add_event(page, record(head, aggregate_id, i), item, *attributes);
  }
  return static_cast<std::size_t>(size - first);
}

}  // namespace leftfold::inline v0::dynamodb
