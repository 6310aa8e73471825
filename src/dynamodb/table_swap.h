// SPDX-License-Identifier: Apache-2.0
// Puts generations of a projector's tables in each other's place: in one transaction, whatever they hold.
#pragma once

#include <string_view>
#include <vector>

#include <leftfold/types.h>
#include <leftfold/uuid.h>

#include "dynamodb/shadow_state.h"
#include "dynamodb/table_transaction.h"

namespace leftfold::inline v0::dynamodb {

/// The shadow takes the place of what is in use, which is kept; what was kept before becomes garbage. A transaction of
/// the projector that began before commits nothing after. Throws Error(fenced) when another opening may write,
/// unsupported for more tables and partitions than a transaction holds, unavailable: nothing changed.
void swap_in(TablesPlace& place, const ShadowSide& side);

/// What is kept and what is in use change places. Returns the projector's checkpoint then. Throws Error(not_found) when
/// nothing is kept, unavailable: nothing changed.
[[nodiscard]] Position swap_back(TablesPlace& place, std::string_view projector);

/// The shadow becomes garbage. Nothing when there is none. Throws Error(fenced) as swap_in(), unavailable.
void discard_shadow(TablesPlace& place, const ShadowSide& side);

/// Sends writes that all have the revision `id`. Returns whether they are stored; false: a condition did not hold.
/// Throws Error(unavailable) also when the answer was lost.
[[nodiscard]] bool stored(TablesPlace& place, const std::vector<ItemWrite>& writes, const Uuid& id);

}  // namespace leftfold::inline v0::dynamodb
