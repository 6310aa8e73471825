// SPDX-License-Identifier: Apache-2.0
// A walk over a store that a person waits for.
#pragma once

#include <memory>
#include <string_view>

#include "cli/context.h"
#include "cli/event_walk.h"

namespace leftfold::inline v0::cli {

/// Gives each chosen event to `take`, in no order where the store has none, and shows on stderr how far it is; hints
/// how many events could not be read. Returns kSuccess, or 128 + the signal that ended it, after a hint. Throws as
/// EventWalk::run.
[[nodiscard]] int look_at_all(const Context& context, const Opened& opened, const EventChoice& choice,
                              const EventWalk::Take& take);

}  // namespace leftfold::inline v0::cli
