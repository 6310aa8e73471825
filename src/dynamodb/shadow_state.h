// SPDX-License-Identifier: Apache-2.0
// What is kept of a projector's shadow: one item of the second table.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/types.h>
#include <leftfold/uuid.h>

#include "dynamodb/read_table_items.h"

namespace leftfold::inline v0::dynamodb {

/// Item "shadow#<projector>", "state". Rows and handled versions are generations like those in use, with numbers that
/// those never come to, so that a swap moves none of them. Plain value.
struct ShadowState {
  std::string builder;  ///< the opening that may write
  std::map<std::string, Generations, std::less<>> tables;
  std::map<std::string, ProjectorItem, std::less<>> projectors;  ///< also partitions, and names of the runtime's own
};

/// Whose shadow, and which opening of it. Plain value.
struct ShadowSide {
  std::string projector;
  std::string builder;
};

[[nodiscard]] ItemKey shadow_key(std::string_view projector);
[[nodiscard]] Map shadow_contents(const ShadowState& state);
/// Throws Error(corrupt).
[[nodiscard]] ShadowState read_shadow(const Map& contents);

/// The item's contents, if this opening may write. Throws Error(fenced) when another one may, or the shadow is gone,
/// and corrupt.
[[nodiscard]] ShadowState own_shadow(const std::optional<Map>& contents, const ShadowSide& side);

/// What the last swap of a projector kept: item "kept#<projector>", "state". Where it is stands with each table and
/// checkpoint, in `kept` and `keptCheckpoint`. Plain value.
struct KeptState {
  std::map<std::string, std::int64_t> tables;  ///< with the generation: `kept` may be another projector's by now
  std::vector<std::string> projectors;
};
[[nodiscard]] ItemKey kept_key(std::string_view projector);
[[nodiscard]] Map kept_contents(const KeptState& state);
/// Throws Error(corrupt).
[[nodiscard]] KeptState read_kept(const Map& contents);

/// A generation's number that no count of clear() comes to: 62 bits of a random id.
[[nodiscard]] std::int64_t first_generation(const Uuid& id);

}  // namespace leftfold::inline v0::dynamodb
