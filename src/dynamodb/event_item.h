// SPDX-License-Identifier: Apache-2.0
// Events as items of the events table: the layout of docs/stores/dynamodb.md.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include <leftfold/event_page.h>
#include <leftfold/event_store.h>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

inline constexpr std::string_view kAggregateId = "aggregateId";
inline constexpr std::string_view kVersion = "version";
/// What add_events only passes on, so that it may have been read as JSON.
inline constexpr std::array<std::string_view, 2> kDocuments{"payload", "metadata"};

[[nodiscard]] Item event_key(std::string_view aggregate_id, Version version);

/// The item of event `i` of the request. Throws Error(invalid_argument, invalid_data) that names the event and the
/// path for a payload or metadata that DynamoDB cannot hold.
[[nodiscard]] Item event_item(const AppendRequest& request, std::size_t i, Timestamp committed_at);
/// One item of all events of the request. Throws as event_item.
[[nodiscard]] Item commit_item(const AppendRequest& request, Timestamp committed_at);

/// What an item says before its events are looked at.
struct ItemHead {
  Version first;  ///< of the events in the item
  Version last;
  Uuid commit_id;
  std::int64_t commit_pos = 0;  ///< of the first event in the item
  std::int64_t commit_size = 1;
  Timestamp committed_at{};

  /// The version of the last event of the commit, wherever it is stored.
  [[nodiscard]] Version commit_end() const { return Version{first.value() + commit_size - 1 - commit_pos}; }
};

/// The version in an event's key; nothing for an item that somebody put beside the events: a version is a whole number
/// from 0 that has a next one.
[[nodiscard]] std::optional<Version> version_of(const Item& item);

/// The version of the last event in an item whose key has `first`, as far as one that cannot be read tells it: nobody
/// else tells of the events behind the first.
[[nodiscard]] Version last_told(const Item& item, Version first);

/// Throws Error(corrupt) that names the item for one that is no event of leftfold or of the Node library.
[[nodiscard]] ItemHead head_of(std::string_view aggregate_id, const Item& item);

/// Adds the events from version `from` on of the item, whose head is `head`, to the page, at most `max`; returns how
/// many there were to add. Throws Error(corrupt) like head_of.
std::size_t add_events(EventPage& page, std::string_view aggregate_id, const ItemHead& head, const Item& item,
                       Version from, std::size_t max);

}  // namespace leftfold::inline v0::dynamodb
