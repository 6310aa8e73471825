#include <leftfold/handler_table.h>

#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "core/place.h"

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

}  // namespace detail

const HandlerTable::Entry* HandlerTable::find(std::string_view type) const noexcept {
  for (const Entry& entry : entries_) {
    if (entry.type == type) return &entry;
  }
  return nullptr;
}

bool HandlerTable::handle(const RecordedEvent& event) const {
  const Entry* entry = find(event.type);
  if (entry == nullptr) return false;
  entry->handle(handler_, event);
  return true;
}

}  // namespace leftfold
