// SPDX-License-Identifier: Apache-2.0
// Waiting for a claim on dead letters whose process may be dead.
#pragma once

#include <functional>
#include <string_view>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// Calls `take`, which returns whether it got hold of the sequence. A store that several machines share tells a claim
/// whose process died only from its standing still, to who looks on for the whole lease
/// (OpenStore::claims_are_watched): there `take` is called again for that long, or until there is no such sequence or
/// the user stops it. Returns what the last call returned. Throws what `take` throws.
bool outwait_claim(const Context& context, const Opened& opened, std::string_view subscription,
                   std::string_view sequence, const std::function<bool()>& take);

}  // namespace leftfold::inline v0::cli
