// SPDX-License-Identifier: Apache-2.0
// What the settings say of snapshots.
#pragma once

#include <optional>

#include <leftfold/settings.h>
#include <leftfold/snapshot_policy.h>

namespace leftfold::inline v0::app {

/// What is said under snapshot.*; empty when there are to be none. Throws Error(invalid_config).
[[nodiscard]] std::optional<SnapshotPolicy> snapshot_policy(const Settings& settings);

}  // namespace leftfold::inline v0::app
