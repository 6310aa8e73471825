#include <leftfold/handler_table.h>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "core/place.h"
#include "core/reason_in.h"

namespace leftfold {

namespace detail {

std::string place_of(const RecordedEvent& event) {
  std::string place{event.type};
  place.append(" (aggregate ").append(in_quotes(event.aggregate_id));
  place.append(", version ").append(std::to_string(event.version.value()));
  place.append(", position ").append(std::to_string(event.position.value()));
  place.append(", id ").append(event.id.to_string()).append(")");
  return place;
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

bool HandlerTable::handle(const RecordedEvent& event) const {
  const Entry* entry = find(event.type);
  if (entry == nullptr) {
    if (event.type == kUnreadable) detail::throw_unreadable(event);
    if (event.type == kUnpublished) detail::throw_unpublished(event);
    return false;
  }
  entry->handle(handler_, event);
  return true;
}

}  // namespace leftfold
