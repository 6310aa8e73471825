// SPDX-License-Identifier: Apache-2.0
// Port: snapshots of aggregates, so that a long history need not be folded from its beginning.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <leftfold/types.h>

namespace leftfold::inline v0 {

/// The state of an aggregate after one of its events. Plain value.
struct StoredSnapshot {
  std::string aggregate_id;
  std::string schema;  ///< which program's state this is; another schema's snapshot is another one
  Version version;     ///< of the newest event in it
  std::string state;   ///< any bytes; JSON by custom
  Timestamp taken_at{};
};

/// Port: keeps the newest snapshot of each (aggregate, schema). A snapshot is only ever a shortcut: whoever finds none,
/// or cannot read it, folds the events. A save that returns is stored durably; one that throws has changed nothing,
/// save with in_doubt, when it may have been stored. testing/snapshot_suite.h checks it.
/// Any thread. Must outlive everything that was given a reference to it. All functions throw Error(unavailable,
/// throttled, permission_denied, storage_full, corrupt), invalid_argument for an empty aggregate id or schema, and
/// those that write also in_doubt.
class SnapshotStore {
 public:
  virtual ~SnapshotStore() = default;

  /// Keeps `snapshot` in place of an older one. Returns false, and changes nothing, when one of this version or a newer
  /// one is there: a slow writer never takes a newer one away.
  /// Throws Error(invalid_argument) for a version before the first event, and for a state larger than the store holds.
  virtual bool save(const StoredSnapshot& snapshot) = 0;
  /// What the newest save() that returned has stored, or a newer one; empty when there is none.
  /// Throws Error(corrupt) for one that cannot be read; remove() it, or save() a newer one.
  [[nodiscard]] virtual std::optional<StoredSnapshot> load(std::string_view aggregate_id, std::string_view schema) = 0;
  /// Forgets a snapshot. Returns whether there was one.
  virtual bool remove(std::string_view aggregate_id, std::string_view schema) = 0;
};

/// Throws Error(invalid_argument) that names what is wrong with a snapshot's names or version: for implementations.
void validate(const StoredSnapshot& snapshot);
/// The same of the names alone.
void validate_snapshot_key(std::string_view aggregate_id, std::string_view schema);

}  // namespace leftfold::inline v0
