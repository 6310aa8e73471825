// SPDX-License-Identifier: Apache-2.0
// Puts generations of a projector's tables in each other's place: in one transaction, whatever they hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/types.h>
#include <leftfold/uuid.h>

#include "dynamodb/shadow_state.h"
#include "dynamodb/table_transaction.h"

namespace leftfold::inline v0::dynamodb {

/// What each swap writes beside tables and checkpoints: what is kept, and that the shadow is gone.
inline constexpr std::size_t kOfEachSwap = 2;

/// Throws Error(unsupported) for more items of a projector than the transaction of its swap holds; the other: for the
/// partitions that it has now, so that nobody builds for hours what cannot be swapped.
void check_swap_size(std::size_t items, std::string_view projector);
void check_swap_size(TablesPlace& place, const std::string& projector);

/// The shadow takes the place of what is in use, which is kept; what was kept before becomes garbage. A transaction of
/// the projector that began before commits nothing after. Throws Error(fenced) when another opening may write,
/// unsupported for more tables and partitions than a transaction holds, unavailable: nothing changed; in_doubt as
/// stored().
void swap_in(TablesPlace& place, const ShadowSide& side);

/// What is kept and what is in use change places; a partition that came since has no checkpoint then. Returns the
/// projector's. Throws Error(not_found) when nothing is kept or not all of it, unsupported as swap_in(), unavailable:
/// nothing changed; in_doubt as stored().
[[nodiscard]] Position swap_back(TablesPlace& place, std::string_view projector);

/// The shadow becomes garbage. Nothing when there is none. Throws as swap_in(); some of it may be garbage then, and
/// nobody goes on with the rest: call again.
void discard_shadow(TablesPlace& place, const ShadowSide& side);

/// Sends writes that all have the revision `id`. Returns whether they are stored; false: a condition did not hold.
/// Throws Error(unavailable) also when the answer was lost and they are not stored so far, in_doubt when that cannot be
/// read.
[[nodiscard]] bool stored(TablesPlace& place, const std::vector<ItemWrite>& writes, const Uuid& id);

}  // namespace leftfold::inline v0::dynamodb
