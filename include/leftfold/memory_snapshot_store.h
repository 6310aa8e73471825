// SPDX-License-Identifier: Apache-2.0
// Snapshots in memory: for tests and for trying things out.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <leftfold/snapshot_store.h>

namespace leftfold::inline v0 {

/// Keeps every promise of SnapshotStore except durability: what it holds ends with it. Any thread.
class MemorySnapshotStore final : public SnapshotStore {
 public:
  MemorySnapshotStore() = default;
  ~MemorySnapshotStore() override;

  bool save(const StoredSnapshot& snapshot) override;
  [[nodiscard]] std::optional<StoredSnapshot> load(std::string_view aggregate_id, std::string_view schema) override;
  bool remove(std::string_view aggregate_id, std::string_view schema) override;

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, StoredSnapshot> snapshots_;  // by aggregate and schema
};

}  // namespace leftfold::inline v0
