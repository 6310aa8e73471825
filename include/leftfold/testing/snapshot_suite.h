// SPDX-License-Identifier: Apache-2.0
// The promises of SnapshotStore as tests: run them for every implementation.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <leftfold/snapshot_store.h>
#include <leftfold/testing/suite.h>

namespace leftfold::inline v0::testing {

/// Opens the store at one place. Every call opens it anew, as another process would; a store that cannot be opened
/// twice may return the same one. The place lasts as long as the function.
using OpenSnapshotStore = std::function<std::shared_ptr<SnapshotStore>()>;

/// Makes a fresh, empty place.
using MakeSnapshotStore = std::function<OpenSnapshotStore()>;

/// One case a promise of snapshot_store.h. Cases may start threads; all have ended when the case returns.
[[nodiscard]] std::vector<Case> snapshot_suite(MakeSnapshotStore make);

}  // namespace leftfold::inline v0::testing
