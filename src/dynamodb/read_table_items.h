// SPDX-License-Identifier: Apache-2.0
// The items of read tables in the second table: their keys, and what leftfold's own hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/read_model.h>

#include "dynamodb/attribute_value.h"

namespace leftfold::inline v0::dynamodb {

/// The transaction that wrote an item last.
inline constexpr std::string_view kRowRevision = "r";

// Attributes of leftfold's own items, for expressions.
inline constexpr std::string_view kCheckpoint = "checkpoint";
inline constexpr std::string_view kChanges = "changes";
inline constexpr std::string_view kGeneration = "generation";
inline constexpr std::string_view kGarbage = "garbage";
inline constexpr std::string_view kKeptGeneration = "kept";
inline constexpr std::string_view kKeptCheckpoint = "keptCheckpoint";
inline constexpr std::string_view kKeptChanges = "keptChanges";

/// An item's key in the second table. Plain value.
struct ItemKey {
  std::string kind;
  std::string sort;
  auto operator<=>(const ItemKey&) const = default;
  [[nodiscard]] Item item() const;
};
/// Throws Error(corrupt) for an item without one.
[[nodiscard]] ItemKey key_of(const Item& item);
/// The item without its key and revision.
[[nodiscard]] Map contents_of(const Item& item);

/// Rows that can all be taken away at once: those of the generation in use are there, those of earlier ones are garbage
/// until they are deleted. Plain value.
struct Generations {
  std::int64_t live = 0;
  std::vector<std::int64_t> garbage;
  std::optional<std::int64_t> kept;  ///< what the last swap took out of use
  void next();
};

/// The generations of a table's rows: item "table#<name>", "generations".
[[nodiscard]] ItemKey table_key(std::string_view table);
/// The partition of a table's rows of one generation; their sort key is the row's.
[[nodiscard]] std::string rows_kind(std::string_view table, std::int64_t generation);

/// What is kept of a projector: item "projector#<name>", "checkpoint". Plain value.
struct ProjectorItem {
  std::optional<Position> checkpoint;
  std::optional<Version> changes;  ///< the handled version of the aggregate without an id
  Generations handled;
  std::optional<Position> kept;         ///< the checkpoint of what the last swap took out of use
  std::optional<Version> kept_changes;  ///< and its `changes`, where they are no count
};
[[nodiscard]] ItemKey projector_key(std::string_view projector);
[[nodiscard]] std::string handled_kind(std::string_view projector, std::int64_t generation);
[[nodiscard]] ItemKey handled_key(std::string_view projector, std::int64_t generation, std::string_view aggregate_id);

// Contents of items, and back. Reading throws Error(corrupt).
[[nodiscard]] Map table_contents(const Generations& generations);
[[nodiscard]] Generations read_table_contents(const std::optional<Map>& contents);
[[nodiscard]] Map projector_contents(const ProjectorItem& projector);
[[nodiscard]] ProjectorItem read_projector_contents(const std::optional<Map>& contents);
[[nodiscard]] Map handled_contents(std::string_view aggregate_id, Version version);
[[nodiscard]] HandledVersion read_handled(const ItemKey& key, const Map& contents);

/// A row's JSON as contents. Throws Error(invalid_argument) that names table, key and member for a member that
/// validate_row_member() refuses and for what DynamoDB cannot hold, an item over 400 KB too; JsonError.
[[nodiscard]] Map row_contents(std::string_view table, std::string_view key, std::string_view row);

/// Adds to a whole number in `contents`. Throws Error(invalid_argument): no whole number, a sum beyond 64 bits.
void add_to(Map& contents, std::string_view member, std::int64_t amount);

}  // namespace leftfold::inline v0::dynamodb
