// SPDX-License-Identifier: Apache-2.0
#include <leftfold/handler_table.h>

#include <algorithm>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "core/place.h"
#include "core/reason_in.h"

namespace leftfold::inline v0 {

namespace detail {

std::string place_of(const RecordedEvent& event) {
  std::string place{event.type};
  place.append(" (aggregate ").append(in_quotes(event.aggregate_id));
  place.append(", version ").append(std::to_string(event.version.value()));
  place.append(", position ").append(std::to_string(event.position.value()));
  place.append(", id ").append(event.id.to_string()).append(")");
  return place;
}

void check_follows(const RecordedEvent& event, std::string_view aggregate_id, Version next) {
  if (event.version == next) return;
  throw Error{Errc::corrupt, "aggregate " + in_quotes(aggregate_id) + ": expected version " +
                                 std::to_string(next.value()) + ", found " + place_of(event) +
                                 ": the store lost or repeated an event; restore it from a backup"};
}

EventMetadata metadata_of_part(const RecordedEvent& event, const PartNumber& number) {
  EventMetadata metadata = metadata_of(event);
  metadata.part = number.part;
  metadata.parts = number.parts;
  if (number.stored_version != 0) metadata.schema_version = number.stored_version;
  return metadata;
}

void check_schema_version(const RecordedEvent& event, int known) {
  if (event.schema_version <= known) return;
  throw Error{Errc::unsupported, "event " + place_of(event) + " was written with event_version " +
                                     std::to_string(event.schema_version) + ", this program knows " +
                                     std::to_string(known) + ": deploy the newer program here too"};
}

void throw_undecodable(const RecordedEvent& event, const JsonError& cause) {
  throw Error{Errc::invalid_data, "event " + place_of(event) + " does not decode: " + cause.what()};
}

void throw_unpublished(const RecordedEvent& event) {
  throw Error{Errc::invalid_data,
              "version " + std::to_string(event.version.value()) + " of aggregate " + in_quotes(event.aggregate_id) +
                  " could not be published: " + reason_in(event, "unpublished") + "; this stands for it (id " +
                  event.id.to_string() + ", position " + std::to_string(event.position.value()) +
                  "): dlq skip this one, have the event published again, then dlq retry; or skip it and go on without"};
}

void throw_unreadable(const RecordedEvent& event) {
  throw Error{Errc::invalid_data,
              "a record of the broker is no event that can be read: " + reason_in(event, "unreadable") +
                  "; its bytes are the payload (aggregate " + in_quotes(event.aggregate_id) + ", partition " +
                  std::to_string(event.partition) + ", position " + std::to_string(event.position.value()) +
                  "): look with dlq show --payload, send the event again as it should be, then dlq skip this one"};
}

}  // namespace detail

const HandlerTable::Entry* HandlerTable::find(std::string_view type) const noexcept {
  for (const Entry& entry : entries_) {
    if (entry.type == type) return &entry;
  }
  return nullptr;
}

bool HandlerTable::handles_former(std::string_view type) const noexcept {
  return std::find(former_.begin(), former_.end(), type) != former_.end();
}

void HandlerTable::find_former() {
  const auto received = [this](std::string_view name) { return find(name) != nullptr || handles_former(name); };
  // An event that is split may become one that is split again: until nothing more is found.
  for (bool more = true; more;) {
    more = false;
    for (const EventInfo* const info : catalog_.events) {
      const auto splits = [&](const UpcastStep& step) {
        return std::any_of(step.into.begin(), step.into.end(), received);
      };
      if (!received(info->name) && std::any_of(info->upcasts.begin(), info->upcasts.end(), splits)) {
        former_.push_back(info->name);
        more = true;
      }
    }
  }
  for (const EventInfo* const info : catalog_.events) {
    if (received(info->name)) former_.insert(former_.end(), info->former_names.begin(), info->former_names.end());
  }
}

bool HandlerTable::handle(const RecordedEvent& event) const {
  const Entry* entry = find(event.type);
  if (entry != nullptr && event.schema_version >= entry->direct_from) [[likely]] {
    entry->handle(handler_, event, {});
    return true;
  }
  if (event.type == kUnreadable) detail::throw_unreadable(event);
  if (event.type == kUnpublished) detail::throw_unpublished(event);
  return handles(event.type) && handle_former(event);
}

bool HandlerTable::handle_former(const RecordedEvent& event) const {
  const auto now = upcast(event, catalog_);
  if (!now) return false;
  detail::PartNumber number{0, static_cast<int>(now->events().size()), event.schema_version};
  bool received = false;
  for (const RecordedEvent& part : now->events()) {
    if (const Entry* const entry = find(part.type)) {
      entry->handle(handler_, part, number);
      received = true;
    }
    ++number.part;
  }
  return received;
}

}  // namespace leftfold::inline v0
