// SPDX-License-Identifier: Apache-2.0
// The end of a chaos run: everything comes to rest, and is looked at.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "chaos/timeline.h"
#include "chaos/world.h"

namespace leftfold::test_chaos {

/// Waits until everything stored is published, handled by the listener and counted by the projector, and nothing is
/// parked any more; asks for re-drives meanwhile. Throws std::runtime_error that says what is missing after `limit`.
void drain(World& world, const Timeline& timeline, std::chrono::seconds limit = std::chrono::minutes{5});

/// Checks every promise against the whole history. Returns what was found, a line each.
/// Throws testing::ExpectationFailed at the first that does not hold.
[[nodiscard]] std::string judge(World& world, const std::map<std::string, int>& troubles);

}  // namespace leftfold::test_chaos
