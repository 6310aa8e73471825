// SPDX-License-Identifier: Apache-2.0
// Snapshots in the second table.
#pragma once

#include <string>

#include <leftfold/snapshot_store.h>

#include "dynamodb/client.h"

namespace leftfold::inline v0::dynamodb {

/// One item an aggregate and schema; the state is deflated (RFC 1950), so that what DynamoDB's 400 KB hold is several
/// times that as JSON. Any thread. The client must outlive it.
class Snapshots final : public SnapshotStore {
 public:
  Snapshots(Client& client, std::string table) : client_{client}, table_{std::move(table)} {}

  bool save(const StoredSnapshot& snapshot) override;
  [[nodiscard]] std::optional<StoredSnapshot> load(std::string_view aggregate_id, std::string_view schema) override;
  bool remove(std::string_view aggregate_id, std::string_view schema) override;

 private:
  Client& client_;
  const std::string table_;
};

/// The item of a snapshot; docs/stores/dynamodb.md shows it. Throws Error(invalid_argument) for one over 400 KB.
[[nodiscard]] Item snapshot_item(const StoredSnapshot& snapshot);
/// Throws Error(corrupt) for an item that is no snapshot, or whose state is damaged.
[[nodiscard]] StoredSnapshot read_snapshot(std::string_view aggregate_id, std::string_view schema, const Item& item);

/// Larger states are refused: a damaged size must not ask for all memory.
inline constexpr std::size_t kMaxSnapshotBytes = std::size_t{64} * 1024 * 1024;

}  // namespace leftfold::inline v0::dynamodb
