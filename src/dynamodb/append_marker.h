// SPDX-License-Identifier: Apache-2.0
// What the second table keeps of an append with an idempotency key.
#pragma once

#include <string_view>

#include <leftfold/event_store.h>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

/// The result of an append, stored in its transaction under its aggregate and key. Plain value.
struct AppendMarker {
  Appended result;
  Uuid append_id;  ///< of the one call of append that stored it: tells its own retry from a repeated key
};

[[nodiscard]] Item marker_key(std::string_view aggregate_id, std::string_view idempotency_key);
[[nodiscard]] Item marker_item(std::string_view aggregate_id, std::string_view idempotency_key,
                               const AppendMarker& marker);
/// Throws Error(corrupt) for an item that is no marker.
[[nodiscard]] AppendMarker read_marker(const Item& item);

inline constexpr std::string_view kKind = "k";  ///< partition key of the second table: what kind, of what
inline constexpr std::string_view kSort = "s";  ///< its sort key

}  // namespace leftfold::inline v0::dynamodb
