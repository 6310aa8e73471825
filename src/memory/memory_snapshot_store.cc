// SPDX-License-Identifier: Apache-2.0
#include <leftfold/memory_snapshot_store.h>

namespace leftfold::inline v0 {

MemorySnapshotStore::~MemorySnapshotStore() = default;

bool MemorySnapshotStore::save(const StoredSnapshot& snapshot) {
  validate(snapshot);
  const std::scoped_lock lock{mutex_};
  const auto [at, added] = snapshots_.try_emplace({snapshot.aggregate_id, snapshot.schema}, snapshot);
  if (added) return true;
  if (at->second.version >= snapshot.version) return false;
  at->second = snapshot;
  return true;
}

std::optional<StoredSnapshot> MemorySnapshotStore::load(std::string_view aggregate_id, std::string_view schema) {
  validate_snapshot_key(aggregate_id, schema);
  const std::scoped_lock lock{mutex_};
  const auto at = snapshots_.find({std::string{aggregate_id}, std::string{schema}});
  return at == snapshots_.end() ? std::nullopt : std::optional{at->second};
}

bool MemorySnapshotStore::remove(std::string_view aggregate_id, std::string_view schema) {
  validate_snapshot_key(aggregate_id, schema);
  const std::scoped_lock lock{mutex_};
  return snapshots_.erase({std::string{aggregate_id}, std::string{schema}}) > 0;
}

}  // namespace leftfold::inline v0
