// SPDX-License-Identifier: Apache-2.0
#include <leftfold/snapshots.h>

#include "core/snapshot_desk.h"

namespace leftfold::inline v0 {

Snapshots::Snapshots(SnapshotStore& store, SnapshotsOptions options)
    : desk_{std::make_unique<detail::SnapshotDesk>(store, options)} {}
Snapshots::~Snapshots() = default;

bool Snapshots::flush(const std::stop_token& stop, Instant deadline) { return desk_->flush(stop, deadline); }
SnapshotStore& Snapshots::store() noexcept { return desk_->store(); }

}  // namespace leftfold::inline v0
