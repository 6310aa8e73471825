// SPDX-License-Identifier: Apache-2.0
// Everything of one store into another.
#pragma once

#include <functional>

#include "runtime/migration/commit_importer.h"
#include "runtime/migration/store_walk.h"

namespace leftfold::inline v0::runtime {

/// Copies what the source holds when the walk begins, commit by commit; `each` is called after every event that was
/// read. Returns false when a stop was requested before the end: then the commits that were read as a whole are stored.
/// Throws as both, and Error(invalid_data) for events that do not form whole commits.
bool copy_events(StoreWalk& source, CommitImporter& target, const std::function<void()>& each = {});

}  // namespace leftfold::inline v0::runtime
