// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/append_marker.h"

#include <string>

#include <leftfold/error.h>

#include "dynamodb/attribute_forms.h"

namespace leftfold::inline v0::dynamodb {

Item marker_key(std::string_view aggregate_id, std::string_view idempotency_key) {
  return {{std::string{kKind}, "append#" + std::string{aggregate_id}}, {std::string{kSort}, idempotency_key}};
}

Item marker_item(std::string_view aggregate_id, std::string_view idempotency_key, const AppendMarker& marker) {
  Item item = marker_key(aggregate_id, idempotency_key);
  item.push_back({"version", number(marker.result.version.value())});
  item.push_back({"events", number(static_cast<std::int64_t>(marker.result.events))});
  item.push_back({"committedAt", number(marker.result.committed_at)});
  item.push_back({"appendId", bytes_of(marker.append_id)});
  return item;
}

AppendMarker read_marker(const Item& item) {
  const auto version = find_integer(item, "version");
  const auto events = find_integer(item, "events");
  const auto committed_at = find_time(item, "committedAt");
  const auto append_id = find_uuid(item, "appendId");
  if (!version || !events || *events < 0 || !committed_at || !append_id) {
    const std::string* const kind = find_text(item, kKind);
    throw Error{Errc::corrupt, "the record of an idempotency key under \"" + (kind != nullptr ? *kind : "?") +
                                   "\" cannot be read; look at the item in the second table"};
  }
  AppendMarker marker;
  marker.result.version = Version{*version};
  marker.result.events = static_cast<std::size_t>(*events);
  marker.result.committed_at = *committed_at;
  marker.append_id = *append_id;
  return marker;
}

}  // namespace leftfold::inline v0::dynamodb
